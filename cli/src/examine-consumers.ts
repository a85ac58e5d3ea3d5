import type { DataFolder } from '@stoa/supervisor/data-folder'
import type { Finding } from '@stoa/supervisor/examine'
import { consumerEndpoints } from '@stoa/events/endpoints'
import { askService, servicesWith } from './operating.ts'

/** Finds keys whose events wait without a dead letter that explains it; there should never be one. */
export async function examineConsumers(folder: DataFolder): Promise<Finding> {
  const what = 'parked events'
  const system = { folder, url: undefined }
  try {
    const services = await servicesWith(system, 'dead-letters')
    const found = await Promise.all(
      services.map(async (name) => {
        const { strandedKeys } = await askService(system, name, consumerEndpoints.showConsumer)
        return { name, strandedKeys }
      }),
    )
    const unwell = found.filter(({ strandedKeys }) => strandedKeys > 0)
    if (unwell.length === 0) return { what, isFine: true, detail: 'every dead key has a dead letter' }
    const which = unwell.map(({ name, strandedKeys }) => `${name}: ${strandedKeys}`).join(', ')
    const detail = `dead keys without a dead letter (${which}): "stoa dlq retry SERVICE --all" retries them`
    return { what, isFine: false, detail }
  } catch (error) {
    return { what, isFine: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
