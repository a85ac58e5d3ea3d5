import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'

/** The name of a service, as the registry knows it. */
export const ServiceName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' })

const Labels = Type.Record(Type.String(), Type.String(), { description: 'of the series, its name under `__name__`' })

/** A metric that monitoring keeps. */
export const KeptMetric = Type.Object({
  name: Type.String(),
  series: Type.Integer({ description: 'that have a value now' }),
  keptSeconds: Type.Integer({ description: 'how long its samples are kept' }),
})
export type KeptMetric = Readonly<Static<typeof KeptMetric>>

/** The value of an expression at one time: a number is a sample without labels. */
export const MetricVector = Type.Object({
  at: InstantSchema,
  samples: Type.Array(
    Type.Object({
      labels: Labels,
      value: Type.Optional(Type.Number({ description: 'missing if it is infinite or not a number' })),
    }),
  ),
})
export type MetricVector = Readonly<Static<typeof MetricVector>>

/** The values of an expression over a period. */
export const MetricRange = Type.Object({
  from: InstantSchema,
  stepSeconds: Type.Integer(),
  points: Type.Integer({ description: 'the number of values of each series' }),
  series: Type.Array(
    Type.Object({
      labels: Labels,
      values: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
        description:
          'one for each step; null if the series has no value at that time, or one that is infinite or not a number',
      }),
    }),
  ),
})
export type MetricRange = Readonly<Static<typeof MetricRange>>

const Share = (period: string) =>
  Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: `share of the scrapes of ${period} that succeeded; missing if there were none`,
    }),
  )

/** Whether the instances of a service respond, and how often they did. */
export const ServiceUptime = Type.Object({
  service: Type.String(),
  instances: Type.Integer({ description: 'that are scraped now' }),
  up: Type.Integer({ description: 'of these, those that respond' }),
  lastHour: Share('the last hour'),
  last24Hours: Share('the last 24 hours, in whole hours'),
  last30Days: Share('the last 30 days, in whole hours'),
  since: Type.Optional(Type.String({ ...InstantSchema, description: 'the hour of the first scrape that is counted' })),
})
export type ServiceUptime = Readonly<Static<typeof ServiceUptime>>

/** The scrapes of the instances of a service on a day (UTC). */
export const UptimeDay = Type.Object({
  day: Type.String({ format: 'date' }),
  scrapes: Type.Integer(),
  succeeded: Type.Integer(),
})
export type UptimeDay = Readonly<Static<typeof UptimeDay>>
