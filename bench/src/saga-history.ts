import type { BenchPostgres } from './bench-postgres.ts'

const rowsPerInsert = 500_000

interface Addresses {
  readonly stoa: readonly string[]
  readonly dbos: readonly string[]
}

/** Adds finished sagas to all databases: copies of one that has completed, with its journal, over the last 30 days. */
export async function addFinishedSagas(
  postgres: BenchPostgres,
  { stoa, dbos }: Addresses,
  rows: number,
): Promise<void> {
  for (let from = 0; from < rows; from += rowsPerInsert) {
    const count = Math.min(rowsPerInsert, rows - from)
    for (const url of stoa) await postgres.script(url, ofStoa(count))
    for (const url of dbos) await postgres.script(url, ofDbos(count))
  }
  for (const url of [...stoa, ...dbos]) await postgres.script(url, 'vacuum analyze')
}

/** How many sagas are in which state. */
export function countSagas(postgres: BenchPostgres, url: string): Promise<{ state: string; count: number }[]> {
  return postgres.query(
    url,
    ({ sql }) => sql<{ state: string; count: number }>`select state, count(*)::int as count from sagas group by state`,
  )
}

const ofStoa = (count: number) => `
  create temporary table copies as
    select gen_random_uuid()::text as key, random() * interval '30 days' as age from generate_series(1, ${count});
  with model as (select * from sagas where state = 'completed' order by created_at limit 1)
  insert into sagas select (jsonb_populate_record(null::sagas, to_jsonb(model) || jsonb_build_object(
      'id', model.name || ':' || c.key, 'key', c.key, 'created_at', model.created_at - c.age,
      'updated_at', model.updated_at - c.age, 'ended_at', model.ended_at - c.age))).*
    from model, copies c;
  with model as (select * from sagas where state = 'completed' order by created_at desc limit 1)
  insert into saga_journal select (jsonb_populate_record(j, jsonb_build_object('saga_id', model.name || ':' || c.key))).*
    from model join saga_journal j on j.saga_id = model.id, copies c;
  drop table copies`

const ofDbos = (count: number) => `
  create temporary table copies as select gen_random_uuid()::text as key from generate_series(1, ${count});
  create temporary table model as select * from dbos.workflow_status where status = 'SUCCESS' order by created_at desc limit 1;
  insert into dbos.workflow_status
    select (jsonb_populate_record(w, jsonb_build_object('workflow_uuid', c.key))).*
    from dbos.workflow_status w, copies c where w.workflow_uuid = (select workflow_uuid from model);
  insert into dbos.operation_outputs
    select (jsonb_populate_record(o, jsonb_build_object('workflow_uuid', c.key))).*
    from dbos.operation_outputs o, copies c where o.workflow_uuid = (select workflow_uuid from model);
  drop table copies, model`
