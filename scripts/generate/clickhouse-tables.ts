import {migrations} from '../../src/collector/store/clickhouse/tables/migrations.ts'

const head = `-- The tables of a store on ClickHouse with replicated shards, as a collector makes them on every server:
--   usage collect --store 'clickhouse://USER:PASSWORD@HOST:8123/usage?cluster=usage'
-- Made from src/collector/store/clickhouse/tables by \`npm run generate\`. For reading: collectors make the tables themselves.
-- Each server needs the macros {shard} and {replica}, and Keeper or ZooKeeper.
`

/** The statements that make a replicated store, for people who review it. */
export function generateClickHouseTables(): [path: string, content: string][] {
  const layout = {database: 'usage', cluster: 'usage', isReplicated: true}
  const statements = migrations.flatMap(make => make(layout)).map(statement => `${statement.replace(/^ +/gm, '  ')};\n`)
  return [['deploy/clickhouse/tables.sql', [head, 'CREATE DATABASE IF NOT EXISTS usage;\n', ...statements].join('\n')]]
}
