-- Highest use of each type on each chip, and when: as `report FILE peak` has it. A line held_twice belongs to the one before it.
WITH lines AS (
    SELECT row_number() OVER () AS line, * FROM 'events.csv'
), numbered AS (
    SELECT count(*) FILTER (kind <> 'held_twice') OVER (ORDER BY line) AS step, * FROM lines
), changes AS (
    SELECT step, time, pid, type, unnest(from_json(chips, '["INTEGER"]')) AS chip, delta_footprint FROM numbered WHERE delta_footprint <> 0
), steps AS (
    SELECT step, pid, chip, type, min(time) AS time, sum(delta_footprint) AS delta FROM changes GROUP BY step, pid, chip, type
), used AS (
    SELECT *, sum(delta) OVER (PARTITION BY pid, chip, type ORDER BY step) AS bytes FROM steps
)
SELECT pid, chip, type, max(bytes) AS peak_bytes, arg_max(time, bytes) AS at FROM used GROUP BY ALL ORDER BY ALL;
