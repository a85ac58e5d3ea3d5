import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@stoa/testing'
import { kafkaClient } from '../src/kafka-log/client.ts'
import { kafkaJars } from './config.ts'
import { until } from './shop.ts'

const jars = kafkaJars()
/** Whether these tests can run; they need the programs of Kafka and Java. */
export const hasKafka = jars !== '' && spawnSync('java', ['-version']).status === 0
if (!hasKafka) {
  console.warn(
    'skipped: the tests of the log in Kafka need Java 17 and KAFKA_JARS, the folder of Kafka’s jars (.ci/kafka.xml)',
  )
} else if (!readdirSync(jars).some((name) => name.startsWith('kafka_'))) {
  throw new Error(`KAFKA_JARS: there is no Kafka in ${jars}`)
}

/** One broker, which is its own controller, on ports of its own. */
export interface KafkaBroker {
  readonly address: string
  /** For encrypted connections of the user `stoa` with the password `of-kafka`, by any mechanism. */
  readonly secureAddress: string
  /** The file of the certificate that it shows there. */
  readonly certificate: string
  /** On the same port, with what it has stored. */
  readonly start: () => Promise<void>
  /** Kills it where it is. */
  readonly kill: () => Promise<void>
  /** Ends it, and removes what it has stored. */
  readonly close: () => Promise<void>
}

const password = 'of-kafka'
const clusterId = 'c3RvYS10ZXN0cy1rYWZrYQ'

/** Starts a broker. */
export async function kafkaBroker(): Promise<KafkaBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-kafka-'))
  const address = `127.0.0.1:${await freePort()}`
  const secureAddress = `localhost:${await freePort()}`
  const certificate = makeCertificate(folder)
  const file = join(folder, 'server.properties')
  writeFileSync(file, settingsOf(folder, address, secureAddress, `127.0.0.1:${await freePort()}`))
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((each) => [
    '--add-scram',
    `${each}=[name=stoa,password=${password}]`,
  ])
  const format = ['format', '-t', clusterId, '-c', file, '--standalone', ...scram]
  const formatted = spawnSync('java', java('kafka.tools.StorageTool', ...format))
  if (formatted.status !== 0) throw new Error(`Kafka: ${formatted.stdout.toString()} ${formatted.stderr.toString()}`)
  let server: ChildProcess
  const start = async () => {
    server = spawn('java', java('kafka.Kafka', file), { stdio: 'ignore', cwd: folder })
    const client = kafkaClient({ brokers: [address] }, 'ready')
    await until(
      () =>
        client.ping().then(
          () => true,
          () => false,
        ),
      240_000,
    )
    await client.close()
  }
  const kill = async () => {
    const ended = server.exitCode !== null || server.signalCode !== null ? undefined : once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    address,
    secureAddress,
    certificate,
    start,
    kill,
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function java(program: string, ...words: string[]): string[] {
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=off'
  return ['-Xmx384m', '-XX:TieredStopAtLevel=1', quiet, '-cp', join(jars, '*'), program, ...words]
}

/** A certificate for localhost, which is its own authority. */
function makeCertificate(folder: string): string {
  const store = ['-keystore', join(folder, 'keys.p12'), '-storepass', password, '-alias', 'kafka']
  const file = join(folder, 'certificate.pem')
  const subject = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost', '-ext', 'bc=ca:true']
  for (const words of [
    ['-genkeypair', '-keyalg', 'RSA', ...store, ...subject],
    ['-exportcert', '-rfc', '-file', file, ...store],
  ]) {
    const { status, stdout } = spawnSync('keytool', words)
    if (status !== 0) throw new Error(`keytool: ${stdout.toString()}`)
  }
  return file
}

function settingsOf(folder: string, address: string, secureAddress: string, controller: string): string {
  const login = 'org.apache.kafka.common.security'
  const settings = {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_stoa="${password}";`,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'ssl.keystore.location': join(folder, 'keys.p12'),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': password,
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://${address},SASL_SSL://${secureAddress},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${address},SASL_SSL://${secureAddress}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL',
    'controller.quorum.bootstrap.servers': controller,
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'auto.create.topics.enable': false,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
