import { starTableNames } from '@stoa/contracts/etl/lake-layout'
import { emptyViews } from './empty-views.ts'

/** The schema of what stands in for `pg_catalog` and `information_schema`, which DuckDB has in a form that drivers cannot use. */
export const catalogSchema = 'stoa_pg'

// numbers that tools know, or that stay the same from one version of the star schema to the next
const publicOid = 2_200
const ownerOid = 10
const tableOids = starTableNames.map((name, index) => ({ name, oid: 16_385 + index }))

const oidOfTable = `case table_name ${tableOids.map(({ name, oid }) => `when '${name}' then ${oid}`).join(' ')} else 0 end`

interface BaseType {
  readonly oid: number
  readonly array: number
  readonly size: number
  readonly category: string
  /** The name that `information_schema` and `format_type` show. */
  readonly shown: string
  /** In DuckDB. */
  readonly duck?: string
}

const types: Readonly<Record<string, BaseType>> = {
  bool: { oid: 16, array: 1000, size: 1, category: 'B', shown: 'boolean', duck: 'BOOLEAN' },
  bytea: { oid: 17, array: 1001, size: -1, category: 'U', shown: 'bytea', duck: 'BLOB' },
  name: { oid: 19, array: 1003, size: 64, category: 'S', shown: 'name' },
  int8: { oid: 20, array: 1016, size: 8, category: 'N', shown: 'bigint', duck: 'BIGINT' },
  int2: { oid: 21, array: 1005, size: 2, category: 'N', shown: 'smallint', duck: 'SMALLINT' },
  int4: { oid: 23, array: 1007, size: 4, category: 'N', shown: 'integer', duck: 'INTEGER' },
  text: { oid: 25, array: 1009, size: -1, category: 'S', shown: 'text', duck: 'VARCHAR' },
  oid: { oid: 26, array: 1028, size: 4, category: 'N', shown: 'oid' },
  float4: { oid: 700, array: 1021, size: 4, category: 'N', shown: 'real', duck: 'FLOAT' },
  float8: { oid: 701, array: 1022, size: 8, category: 'N', shown: 'double precision', duck: 'DOUBLE' },
  bpchar: { oid: 1042, array: 1014, size: -1, category: 'S', shown: 'character' },
  varchar: { oid: 1043, array: 1015, size: -1, category: 'S', shown: 'character varying' },
  date: { oid: 1082, array: 1182, size: 4, category: 'D', shown: 'date', duck: 'DATE' },
  time: { oid: 1083, array: 1183, size: 8, category: 'D', shown: 'time without time zone', duck: 'TIME' },
  timestamp: {
    oid: 1114,
    array: 1115,
    size: 8,
    category: 'D',
    shown: 'timestamp without time zone',
    duck: 'TIMESTAMP',
  },
  timestamptz: {
    oid: 1184,
    array: 1185,
    size: 8,
    category: 'D',
    shown: 'timestamp with time zone',
    duck: 'TIMESTAMP WITH TIME ZONE',
  },
  interval: { oid: 1186, array: 1187, size: 16, category: 'T', shown: 'interval', duck: 'INTERVAL' },
  numeric: { oid: 1700, array: 1231, size: -1, category: 'N', shown: 'numeric', duck: 'HUGEINT' },
  uuid: { oid: 2950, array: 2951, size: 16, category: 'U', shown: 'uuid', duck: 'UUID' },
}

const named = Object.entries(types)
const ofDuck = named.flatMap(([name, type]) => (type.duck === undefined ? [] : [{ name, ...type, duck: type.duck }]))
const caseOfDuck = (value: (type: (typeof ofDuck)[number]) => string | number, otherwise: string | number) =>
  `case data_type ${ofDuck.map((type) => `when '${type.duck}' then ${value(type)}`).join(' ')} else ${otherwise} end`

const columns = `duckdb_columns() where database_name = 'mart' and schema_name = 'public'`

const typeRows = named.flatMap(([name, { oid, array, size, category }]) => [
  `(${oid}, '${name}', ${size}, '${category}', 0, ${array})`,
  `(${array}, '_${name}', -1, 'A', ${oid}, 0)`,
])

const views: Readonly<Record<string, string>> = {
  pg_namespace: `select oid, nspname, ${ownerOid} as nspowner, null::varchar as nspacl
    from (values (11, 'pg_catalog'), (${publicOid}, 'public'), (13000, 'information_schema')) as n(oid, nspname)`,
  pg_class: `select ${oidOfTable} as oid, table_name as relname, ${publicOid} as relnamespace, 0 as reltype, 0 as reloftype,
    ${ownerOid} as relowner, 0 as relam, 0 as relfilenode, 0 as reltablespace, 0 as relpages, -1.0::float as reltuples,
    0 as reltoastrelid, false as relhasindex, false as relisshared, 'p' as relpersistence, 'r' as relkind,
    count(*)::smallint as relnatts, 0 as relchecks, false as relhasrules, false as relhastriggers, false as relhassubclass,
    false as relrowsecurity, false as relforcerowsecurity, true as relispopulated, 'n' as relreplident,
    false as relispartition, false as relhasoids, null::varchar as relacl, null::varchar[] as reloptions,
    null::varchar as relpartbound from ${columns} group by table_name`,
  pg_attribute: `select ${oidOfTable} as attrelid, column_name as attname, ${caseOfDuck(({ oid }) => oid, 1_700)} as atttypid,
    -1 as attstattarget, ${caseOfDuck(({ size }) => size, -1)} as attlen, column_index::smallint as attnum, 0 as attndims,
    -1 as atttypmod, false as attnotnull, false as atthasdef, false as atthasmissing, '' as attidentity, '' as attgenerated,
    '' as attcompression, 'p' as attstorage, false as attisdropped, true as attislocal, 0 as attinhcount, 0 as attcollation,
    null::varchar as attacl, null::varchar[] as attoptions, null::varchar[] as attfdwoptions from ${columns}`,
  pg_type: `select oid, typname, 11 as typnamespace, ${ownerOid} as typowner, typlen, false as typbyval, 'b' as typtype,
    typcategory, false as typispreferred, true as typisdefined, ',' as typdelim, 0 as typrelid, typelem, typarray,
    case when typelem = 0 then typname || 'in' else 'array_in' end as typinput, case when typelem = 0 then typname || 'recv' else 'array_recv' end as typreceive, false as typnotnull, 0 as typbasetype,
    -1 as typtypmod, 0 as typndims, 0 as typcollation, null::varchar as typdefault
    from (values ${typeRows.join(', ')}) as t(oid, typname, typlen, typcategory, typelem, typarray)`,
  pg_tables: `select 'public' as schemaname, table_name as tablename, 'stoa' as tableowner, null::varchar as tablespace,
    false as hasindexes, false as hasrules, false as hastriggers from ${columns} group by table_name`,
  pg_database: `select 1 as oid, 'mart' as datname, ${ownerOid} as datdba, 6 as encoding, 'c' as datlocprovider,
    false as datistemplate, true as datallowconn, -1 as datconnlimit, 'C' as datcollate, 'C' as datctype,
    null::varchar as daticulocale, null::varchar[] as datacl, 0 as dattablespace`,
  pg_roles: `select ${ownerOid} as oid, 'stoa' as rolname, false as rolsuper, true as rolinherit, false as rolcreaterole,
    false as rolcreatedb, true as rolcanlogin, false as rolreplication, false as rolbypassrls, -1 as rolconnlimit,
    null::timestamptz as rolvaliduntil`,
  pg_user: `select 'stoa' as usename, ${ownerOid} as usesysid, false as usecreatedb, false as usesuper`,
  is_schemata: `select 'mart' as catalog_name, 'public' as schema_name, 'stoa' as schema_owner`,
  is_tables: `select 'mart' as table_catalog, 'public' as table_schema, table_name, 'BASE TABLE' as table_type,
    'NO' as is_insertable_into from ${columns} group by table_name`,
  is_columns: `select 'mart' as table_catalog, 'public' as table_schema, table_name, column_name, column_index as ordinal_position,
    null::varchar as column_default, 'YES' as is_nullable, ${caseOfDuck(({ shown }) => `'${shown}'`, `'numeric'`)} as data_type,
    null::integer as character_maximum_length, null::integer as numeric_precision, null::integer as numeric_scale,
    null::integer as datetime_precision, null::varchar as collation_name, 'mart' as udt_catalog, 'pg_catalog' as udt_schema,
    ${caseOfDuck(({ name }) => `'${name}'`, `'numeric'`)} as udt_name, 'NO' as is_identity, 'NEVER' as is_generated,
    'NO' as is_updatable from ${columns}`,
}

const shownTypes = named.flatMap(([, { oid, array, shown }]) => [
  `when ${oid} then '${shown}'`,
  `when ${array} then '${shown}[]'`,
])

const settings = `map {'server_version': '9.6.24', 'server_version_num': '90624', 'search_path': 'public', 'timezone': 'UTC',
  'standard_conforming_strings': 'on', 'max_identifier_length': '63', 'max_index_keys': '32', 'lc_collate': 'C', 'server_encoding': 'UTF8'}`

const systemTables: readonly (readonly [string, number])[] = [
  ['pg_type', 1_247],
  ['pg_proc', 1_255],
  ['pg_class', 1_259],
  ['pg_namespace', 2_615],
  ['pg_database', 1_262],
]
const known = [...tableOids.map(({ name, oid }) => [name, oid] as const), ...systemTables]
const oidOfName = `case replace(replace(replace(name, '"', ''), 'public.', ''), 'pg_catalog.', '') ${known.map(([name, oid]) => `when '${name}' then ${oid}`).join(' ')} end`

const always = (value: string, ...forms: readonly string[]) => forms.map((form) => `(${form}) as ${value}`).join(', ')

/** The functions of PostgreSQL that tools use to read its catalog. */
const macros: Readonly<Record<string, string>> = {
  version: `() as 'PostgreSQL 9.6.24 (Stoa datamart on DuckDB)'`,
  format_type: `(id, modifier) as case id ${shownTypes.join(' ')} else '???' end`,
  to_regclass: `(name) as ${oidOfName}`,
  to_regtype: `(name) as case name ${named.map(([name, { oid }]) => `when '${name}' then ${oid}`).join(' ')} end`,
  current_setting: `(name) as (${settings})[lower(name)], (name, missing_ok) as (${settings})[lower(name)]`,
  set_config: '(name, value, is_local) as value',
  pg_backend_pid: '() as 1',
  pg_is_in_recovery: '() as false',
  pg_my_temp_schema: '() as 0',
  pg_get_userbyid: always(`'stoa'`, 'id'),
  pg_encoding_to_char: always(`'UTF8'`, 'id'),
  pg_table_is_visible: always('true', 'id'),
  pg_type_is_visible: always('true', 'id'),
  pg_collation_is_visible: always('true', 'id'),
  pg_function_is_visible: always('true', 'id'),
  pg_relation_is_publishable: always('false', 'id'),
  pg_get_expr: always('null::varchar', 'a, b', 'a, b, c'),
  pg_get_constraintdef: always('null::varchar', 'a', 'a, b'),
  pg_get_indexdef: always('null::varchar', 'a', 'a, b, c'),
  pg_get_viewdef: always('null::varchar', 'a', 'a, b'),
  pg_get_partkeydef: always('null::varchar', 'a'),
  pg_get_serial_sequence: always('null::varchar', 'a, b'),
  pg_get_statisticsobjdef_columns: always('null::varchar', 'a'),
  pg_get_function_result: always('null::varchar', 'a'),
  pg_get_function_arguments: always('null::varchar', 'a'),
  pg_get_function_identity_arguments: always('null::varchar', 'a'),
  pg_total_relation_size: always('0', 'a'),
  pg_relation_size: always('0', 'a'),
  obj_description: always('null::varchar', 'a', 'a, b'),
  col_description: always('null::varchar', 'a, b'),
  shobj_description: always('null::varchar', 'a, b'),
  has_schema_privilege: always('true', 'a, b', 'a, b, c'),
  has_table_privilege: always('true', 'a, b', 'a, b, c'),
  has_database_privilege: always('true', 'a, b', 'a, b, c'),
  quote_ident: `(name) as '"' || replace(name, '"', '""') || '"'`,
}

/** What stands in for a table of the catalog, by its schema and name. */
export const catalogTables: ReadonlySet<string> = new Set([...Object.keys(views), ...Object.keys(emptyViews)])

/** The functions of the catalog. */
export const catalogFunctions: ReadonlySet<string> = new Set(Object.keys(macros))

/** What is run in a new engine before it is locked. */
export const catalogPreparation: readonly string[] = [
  `create schema mart.${catalogSchema}`,
  ...Object.entries({ ...views, ...emptyViews }).map(
    ([name, sql]) => `create view mart.${catalogSchema}.${name} as ${sql}`,
  ),
  ...Object.entries(macros).map(([name, forms]) => `create macro mart.${catalogSchema}.${name}${forms}`),
]
