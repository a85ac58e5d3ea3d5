import { DuckDBTypeId, type DuckDBType } from '@duckdb/node-api'

/** A type of PostgreSQL. */
export interface WireType {
  readonly oid: number
  /** Bytes of a value; -1 if they vary. */
  readonly size: number
  /** The type of an array of it. */
  readonly arrayOid: number
}

const bool = { oid: 16, size: 1, arrayOid: 1000 }
const bytea = { oid: 17, size: -1, arrayOid: 1001 }
const int8 = { oid: 20, size: 8, arrayOid: 1016 }
const int2 = { oid: 21, size: 2, arrayOid: 1005 }
const int4 = { oid: 23, size: 4, arrayOid: 1007 }
const text = { oid: 25, size: -1, arrayOid: 1009 }
const float4 = { oid: 700, size: 4, arrayOid: 1021 }
const float8 = { oid: 701, size: 8, arrayOid: 1022 }
const date = { oid: 1082, size: 4, arrayOid: 1182 }
const time = { oid: 1083, size: 8, arrayOid: 1183 }
const timestamp = { oid: 1114, size: 8, arrayOid: 1115 }
const timestamptz = { oid: 1184, size: 8, arrayOid: 1185 }
const interval = { oid: 1186, size: 16, arrayOid: 1187 }
const numeric = { oid: 1700, size: -1, arrayOid: 1231 }
const uuid = { oid: 2950, size: 16, arrayOid: 2951 }

// a type that is not here, such as a struct, is sent as text
const byId: Partial<Record<DuckDBTypeId, WireType>> = {
  [DuckDBTypeId.BOOLEAN]: bool,
  [DuckDBTypeId.TINYINT]: int2,
  [DuckDBTypeId.SMALLINT]: int2,
  [DuckDBTypeId.INTEGER]: int4,
  [DuckDBTypeId.BIGINT]: int8,
  [DuckDBTypeId.UTINYINT]: int2,
  [DuckDBTypeId.USMALLINT]: int4,
  [DuckDBTypeId.UINTEGER]: int8,
  [DuckDBTypeId.UBIGINT]: numeric,
  [DuckDBTypeId.HUGEINT]: numeric,
  [DuckDBTypeId.UHUGEINT]: numeric,
  [DuckDBTypeId.DECIMAL]: numeric,
  [DuckDBTypeId.FLOAT]: float4,
  [DuckDBTypeId.DOUBLE]: float8,
  [DuckDBTypeId.DATE]: date,
  [DuckDBTypeId.TIME]: time,
  [DuckDBTypeId.TIMESTAMP]: timestamp,
  [DuckDBTypeId.TIMESTAMP_S]: timestamp,
  [DuckDBTypeId.TIMESTAMP_MS]: timestamp,
  [DuckDBTypeId.TIMESTAMP_NS]: timestamp,
  [DuckDBTypeId.TIMESTAMP_TZ]: timestamptz,
  [DuckDBTypeId.INTERVAL]: interval,
  [DuckDBTypeId.UUID]: uuid,
  [DuckDBTypeId.BLOB]: bytea,
}

/** The type under which values of a type of DuckDB are sent. */
export function wireTypeOf(type: DuckDBType): WireType {
  if (type.typeId === DuckDBTypeId.LIST || type.typeId === DuckDBTypeId.ARRAY) {
    const { valueType } = type as DuckDBType & { readonly valueType: DuckDBType }
    const isNested = valueType.typeId === DuckDBTypeId.LIST || valueType.typeId === DuckDBTypeId.ARRAY
    // PostgreSQL has no arrays whose parts differ in length
    if (isNested) return text
    return { oid: wireTypeOf(valueType).arrayOid, size: -1, arrayOid: text.arrayOid }
  }
  return byId[type.typeId] ?? text
}

/** The modifier of a type: the digits of a decimal. */
export function modifierOf(type: DuckDBType): number {
  if (type.typeId !== DuckDBTypeId.DECIMAL) return -1
  const { width, scale } = type as DuckDBType & { readonly width: number; readonly scale: number }
  return ((width << 16) | scale) + 4
}

const sqlTypes: Readonly<Record<number, string>> = {
  16: 'BOOLEAN',
  17: 'BLOB',
  18: 'VARCHAR',
  19: 'VARCHAR',
  20: 'BIGINT',
  21: 'SMALLINT',
  23: 'INTEGER',
  25: 'VARCHAR',
  26: 'BIGINT',
  700: 'FLOAT',
  701: 'DOUBLE',
  1042: 'VARCHAR',
  1043: 'VARCHAR',
  1082: 'DATE',
  1083: 'TIME',
  1114: 'TIMESTAMP',
  1184: 'TIMESTAMPTZ',
  1186: 'INTERVAL',
  1700: 'DECIMAL(38, 10)',
  2950: 'UUID',
}

/** The type of DuckDB for a parameter that a client has declared; undefined if it left the type open, or for a type that the mart lacks. */
export function sqlTypeOf(oid: number): string | undefined {
  return sqlTypes[oid]
}
