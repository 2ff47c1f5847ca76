-- Allocations that failed.
SELECT time, pid, owner, type, size, reason, text FROM file('events.csv', CSVWithNames) WHERE kind = 'alloc_failed' ORDER BY t_ns;
