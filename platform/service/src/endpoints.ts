import { inspect } from '@stoa/contract'
import { Type } from 'typebox'

/** A dependency of a process; further fields are facts about it. */
const ComponentReport = Type.Object(
  {
    status: Type.Enum(['up', 'down']),
    isRequired: Type.Boolean(),
    reason: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
)

/** The health of a process, by dependency. */
export const HealthDetails = Type.Object({
  instance: Type.String({ description: 'the instance that responds' }),
  status: Type.Enum(['up', 'degraded', 'down'], {
    description: '`degraded` means that only dependencies that are not required are down',
  }),
  components: Type.Record(Type.String(), ComponentReport),
})

/** `/health` for operators who reach the service only through the gateway. */
export const healthEndpoints = {
  showHealth: inspect('health', { summary: 'Show the health of the responding instance', answer: HealthDetails }),
}
