-- Allocations that failed.
SELECT time, pid, owner, type, size, reason, text FROM 'events.csv' WHERE kind = 'alloc_failed' ORDER BY t_ns;
