-- What is in use at the end of the export, per chip and type: at any moment with `export --at`.
WITH changes AS (
    SELECT pid, unnest(from_json(chips, '["INTEGER"]')) AS chip, type, delta_footprint FROM 'events.csv' WHERE delta_footprint <> 0
)
SELECT pid, chip, type, sum(delta_footprint) AS bytes FROM changes GROUP BY ALL HAVING bytes <> 0 ORDER BY ALL;
