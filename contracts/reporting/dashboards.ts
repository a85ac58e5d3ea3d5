import { closed, CurrencySchema, idSchema, InstantSchema, nameText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { BulkQuery, Day, MartCell, MartColumn } from '../shared/mart-query.ts'
import { Chart } from './resources.ts'

/** The id of a dashboard. */
export const DashboardId = idSchema('dashboard')
export type DashboardId = Static<typeof DashboardId>

/** The name of a figure, as contracts/shared/kpi-definitions.ts defines it. */
export const Kpi = Type.Enum(['ordersPlaced', 'ordersConfirmed', 'revenue', 'averageOrderValue'])

const { from: _from, to: _to, limit: _limit, ...asked } = BulkQuery.properties

/** A part of a dashboard: a figure, or the rows of a query, as a table or a chart. The reader gives the period. */
export const Tile = Type.Object(
  {
    title: nameText(120),
    kpi: Type.Optional({ ...Kpi, description: 'either this or a query' }),
    query: Type.Optional(
      Type.Object(
        { ...asked, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1_000 })) },
        closed,
      ),
    ),
    chart: Type.Optional(Chart),
  },
  closed,
)
export type Tile = Static<typeof Tile>

/** What is shown on a dashboard. */
export const DashboardRequest = Type.Object(
  { title: nameText(120), tiles: Type.Array(Tile, { minItems: 1, maxItems: 12 }) },
  closed,
)
export type DashboardRequest = Static<typeof DashboardRequest>

/** A dashboard. */
export const Dashboard = Type.Object({
  id: DashboardId,
  ...DashboardRequest.properties,
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Dashboard = Static<typeof Dashboard>

/** The period of the figures of a dashboard. */
export const FiguresQuery = Type.Object(
  {
    from: Day,
    to: { ...Day, description: 'day in UTC; does not belong to the period' },
    currency: Type.Optional(CurrencySchema),
  },
  closed,
)
export type FiguresQuery = Static<typeof FiguresQuery>

/** What a tile shows, with the query and the freshness behind it; or why it shows nothing. */
export const TileFigures = Type.Object({
  title: Type.String(),
  columns: Type.Optional(Type.Array(MartColumn)),
  rows: Type.Optional(Type.Array(Type.Array(MartCell))),
  isTruncated: Type.Optional(Type.Boolean()),
  chart: Type.Optional(Chart),
  sql: Type.Optional(Type.String()),
  asOf: Type.Optional({ ...InstantSchema, description: 'every event before this time is included' }),
  error: Type.Optional(Type.String()),
})
export type TileFigures = Static<typeof TileFigures>

/** The figures of a dashboard, in the order of its tiles. */
export const Figures = Type.Object({
  id: DashboardId,
  title: Type.String(),
  from: Day,
  to: Day,
  tiles: Type.Array(TileFigures),
})
export type Figures = Static<typeof Figures>
