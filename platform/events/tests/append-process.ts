import { kafkaSettingsOf, openEventLog } from '../src/index.ts'
import { numberedBatch } from './numbered-batches.ts'

// Appends numbered batches as a relay does, until it is killed: LOG_DATABASE_URL, settings of Kafka, topic, first number.
const [url = '', settings = '{}', topic = '', first = '1'] = process.argv.slice(2)
const kafka = kafkaSettingsOf(JSON.parse(settings) as Parameters<typeof kafkaSettingsOf>[0])
const log = openEventLog({ url, applicationName: 'appending', kafka })
process.on('disconnect', () => process.exit(0))
for (let number = Number(first); ; number++) {
  try {
    await log.append(numberedBatch(topic, number))
    process.send?.(number)
  } catch (error) {
    process.send?.(String(error))
    number--
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
