/*
doc      = "The variant of an exposure belongs to the exposure's experiment."
relation = "star.fact_exposure"
severity = "error"
*/
SELECT
    exposure.exposure_id,
    'variant ' || variant.variant || ' is of experiment ' || variant.experiment_key
    || ', not of ' || exposure.experiment_key AS reason
FROM star.fact_exposure AS exposure
INNER JOIN star.dim_variant AS variant ON variant.variant_key = exposure.variant_key
WHERE variant.experiment_key <> exposure.experiment_key
ORDER BY exposure.exposure_id
