-- Highest use of each type on each chip, and when: as `report FILE peak` has it.
WITH changes AS (
    SELECT row_number() OVER () AS line, t_ns, time, pid, type, unnest(from_json(chips, '["INTEGER"]')) AS chip, delta_footprint
    FROM 'events.csv'
    WHERE delta_footprint <> 0
), used AS (
    SELECT *, sum(delta_footprint) OVER (PARTITION BY pid, chip, type ORDER BY line) AS bytes FROM changes
)
SELECT pid, chip, type, max(bytes) AS peak_bytes, arg_max(time, bytes) AS at FROM used GROUP BY ALL ORDER BY ALL;
