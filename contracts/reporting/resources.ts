import { closed, CurrencySchema, idSchema, InstantSchema, nameText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { BulkQuery, Day } from '../shared/mart-query.ts'
import { TimeZone } from '../shared/time-zone.ts'

/** The id of a report. */
export const ReportId = idSchema('report')
export type ReportId = Static<typeof ReportId>

/** The id of a schedule. */
export const ScheduleId = idSchema('report schedule')
export type ScheduleId = Static<typeof ScheduleId>

/** A file that a report can have. */
export const ReportFormat = Type.Enum(['pdf', 'xlsx', 'csv'])
export type ReportFormat = Static<typeof ReportFormat>

/** The language of a report: its words, dates and numbers. */
export const ReportLanguage = Type.Enum(['en', 'de'])
export type ReportLanguage = Static<typeof ReportLanguage>

/** The reports whose query is declared. */
export const TemplateName = Type.Enum(['sales', 'sales-by-country', 'price-lists'])
export type TemplateName = Static<typeof TemplateName>

/** What the chart of a report shows: the sum of a measure for each value of a column. */
export const Chart = Type.Object(
  {
    x: Type.String({ pattern: '^[A-Za-z]{1,40}$', description: 'the column along the axis' }),
    y: Type.String({ pattern: '^[A-Za-z]{1,40}$', description: 'the measure' }),
    series: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z]{1,40}$',
        description: 'the column that divides each bar; the largest six, then others',
      }),
    ),
  },
  closed,
)
export type Chart = Static<typeof Chart>

const making = {
  formats: Type.Optional(
    Type.Array(ReportFormat, { minItems: 1, maxItems: 3, uniqueItems: true, default: ['pdf', 'xlsx', 'csv'] }),
  ),
  language: Type.Optional({ ...ReportLanguage, default: 'en' }),
}

const period = {
  from: Day,
  to: { ...Day, description: 'day in UTC; does not belong to the period' },
  currency: Type.Optional(CurrencySchema),
}

/** A report of a template over a period. */
export const TemplateRequest = Type.Object({ template: TemplateName, ...period, ...making }, closed)
export type TemplateRequest = Static<typeof TemplateRequest>

/** A report of any query. */
export const QueryRequest = Type.Object(
  { title: nameText(120), query: BulkQuery, chart: Type.Optional(Chart), ...making },
  closed,
)
export type QueryRequest = Static<typeof QueryRequest>

/** A template, and what it shows. */
export const ReportTemplate = Type.Object({
  name: TemplateName,
  title: Type.String(),
  description: Type.String(),
  columns: Type.Array(Type.String()),
  chart: Type.Optional(Chart),
})
export type ReportTemplate = Static<typeof ReportTemplate>

/** A file of a report. */
export const ReportFile = Type.Object({
  format: ReportFormat,
  sizeBytes: Type.Integer({ minimum: 0 }),
  rowCount: Type.Integer({ minimum: 0, description: 'a PDF has only the first rows of a long report, and says so' }),
})
export type ReportFile = Static<typeof ReportFile>

/** A report and its state; its rows are in the files. */
export const Report = Type.Object({
  id: ReportId,
  title: Type.String(),
  template: Type.Optional(TemplateName),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  query: BulkQuery,
  chart: Type.Optional(Chart),
  formats: Type.Array(ReportFormat),
  language: ReportLanguage,
  scheduleId: Type.Optional(ScheduleId),
  dueAt: Type.Optional({ ...InstantSchema, description: 'when its schedule was due' }),
  requestedBy: Type.Optional({ ...UserId, description: 'missing if the account is erased' }),
  state: Type.Enum(['queued', 'completed', 'failed']),
  attempts: Type.Integer({ minimum: 0 }),
  createdAt: InstantSchema,
  endedAt: Type.Optional(InstantSchema),
  rowCount: Type.Optional(Type.Integer({ minimum: 0 })),
  isTruncated: Type.Optional(Type.Boolean({ description: 'there are more rows than the limit of the query' })),
  sql: Type.Optional(Type.String({ description: 'the statement that datamart has run' })),
  asOf: Type.Optional({ ...InstantSchema, description: 'every event before this time is included' }),
  versions: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), { description: 'versions of the Delta tables that were read' }),
  ),
  files: Type.Optional(Type.Array(ReportFile)),
  error: Type.Optional(Type.String({ description: 'why the last attempt failed' })),
})
export type Report = Static<typeof Report>

/** The days that a scheduled report covers, counted back from the day on which it is due. */
export const SchedulePeriod = Type.Enum(['yesterday', 'last-7-days', 'last-week', 'last-month', 'month-to-date'], {
  description: 'weeks begin on Monday; `month-to-date` ends with the day before it is due',
})
export type SchedulePeriod = Static<typeof SchedulePeriod>

const { from: _from, to: _to, ...lasting } = BulkQuery.properties

/** When a report is made, of what, and to whom it is sent. */
export const ScheduleRequest = Type.Object(
  {
    title: nameText(120),
    template: Type.Optional({ ...TemplateName, description: 'either this or a query' }),
    currency: Type.Optional({ ...CurrencySchema, description: 'of a template' }),
    query: Type.Optional(Type.Object(lasting, closed)),
    chart: Type.Optional({ ...Chart, description: 'of a query' }),
    ...making,
    cron: Type.String({
      maxLength: 100,
      pattern: '^[0-9A-Za-z*/,-]+( [0-9A-Za-z*/,-]+){4}$',
      description: 'minute, hour, day of the month, month, weekday; the minute is one number',
    }),
    timeZone: TimeZone,
    period: SchedulePeriod,
    recipients: Type.Optional(
      Type.Array(UserId, {
        maxItems: 20,
        uniqueItems: true,
        default: [],
        description: 'accounts that get a message with a link; they need the permission to read reports to follow it',
      }),
    ),
    isActive: Type.Optional(Type.Boolean({ default: true })),
  },
  closed,
)
export type ScheduleRequest = Static<typeof ScheduleRequest>

const {
  formats: _formats,
  language: _language,
  recipients: _recipients,
  isActive: _isActive,
  ...scheduled
} = ScheduleRequest.properties

/** A schedule, and when it is due next. */
export const Schedule = Type.Object({
  id: ScheduleId,
  ...scheduled,
  formats: Type.Array(ReportFormat),
  language: ReportLanguage,
  recipients: Type.Array(UserId),
  isActive: Type.Boolean(),
  ownerId: Type.Optional({ ...UserId, description: 'missing if the account is erased' }),
  nextAt: Type.Optional({ ...InstantSchema, description: 'missing while it is not active' }),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Schedule = Static<typeof Schedule>

/** What became of a due time. */
export const ScheduleRun = Type.Object({
  dueAt: InstantSchema,
  state: Type.Enum(['started', 'missed', 'refused'], {
    description: 'a due time is missed if no process ran until the next one',
  }),
  reportId: Type.Optional(ReportId),
  reason: Type.Optional(Type.String()),
})
export type ScheduleRun = Static<typeof ScheduleRun>
