import {foldedColumns} from '../../rules/fold-values.ts'

/** A value stays known while a header of somebody else has it. */
const ofColumn = (column: string): string => `
  DELETE FROM known_values WHERE project = :project AND kind = '${column}'
    AND value IN (SELECT "${column}" FROM headers WHERE id IN (SELECT id FROM erased_headers))
    AND NOT EXISTS (SELECT 1 FROM headers WHERE project = :project AND "${column}" = known_values.value
      AND id NOT IN (SELECT id FROM erased_headers))`

const ofFields = (column: string, table: string, rows: string): string => `
  DELETE FROM known_values WHERE project = :project AND (kind, value) IN (
    SELECT 'field ' || field.key, field.value FROM ${table}, json_each(${column}) AS field
    WHERE ${table}.project = :project AND ${rows} AND field.type = 'text')`

/** The steps of an erasure that delete the texts of erased rows from the known values. They run before the rows go. */
export const forgetValues: readonly string[] = [
  ...foldedColumns.map(ofColumn),
  ofFields('start_fields', 'runs', 'run IN (SELECT run FROM erased_runs)'),
  ofFields('end_fields', 'runs', 'run IN (SELECT run FROM erased_runs)'),
  ofFields(
    'fields',
    'unpaired_ends',
    'event IN (SELECT event FROM found_ends) AND header IN (SELECT id FROM erased_headers)',
  ),
]

/** The step that does so for names of features. It runs after the names went. */
export const forgetFeatures = `
  DELETE FROM known_values WHERE project = :project AND kind = 'feature'
    AND value NOT IN (SELECT type || char(10) || name FROM feature_names WHERE project = :project)`
