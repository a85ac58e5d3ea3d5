import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve, type Broker } from './brokers.ts'
import { kafkaJars } from './config.ts'
import { freePorts } from './free-ports.ts'

/** How durable an event is that this Kafka has confirmed, beside that our producer always asks for `acks=all`. */
export const kafkaDurability = 'acks=all, 1 broker, min.insync.replicas=1, log.flush.interval.messages=1'

/** One broker that syncs every event to the disk before it confirms it, as PostgreSQL does. @throws where Java or KAFKA_JARS is missing */
export async function startKafka(): Promise<Broker> {
  const jars = kafkaJars()
  if (jars === undefined)
    throw new Error('KAFKA_JARS is not set: it names the folder of the jars of Kafka (.ci/kafka.xml)')
  const data = await mkdtemp(join(tmpdir(), 'stoa-bench-kafka-'))
  const [port = 0, controller = 0] = await freePorts(2)
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}`,
    'log.dirs': join(data, 'log'),
    'log.flush.interval.messages': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'auto.create.topics.enable': false,
  }
  const file = join(data, 'server.properties')
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(file, lines.join(''))
  const java = (program: string, ...words: string[]) => [
    '-Xmx1g',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=off',
    '-cp',
    join(jars, '*'),
    program,
    ...words,
  ]
  const format = ['format', '-t', 'c3RvYS1iZW5jaC1rYWZrYQ', '-c', file, '--standalone']
  const { status, stderr, error } = spawnSync('java', java('kafka.tools.StorageTool', ...format))
  if (status !== 0) {
    await rm(data, { recursive: true, force: true })
    throw error ?? new Error(String(stderr))
  }
  const server = spawn('java', java('kafka.Kafka', file), { stdio: 'ignore', cwd: data })
  return serve([server], data, port, `127.0.0.1:${port}`)
}
