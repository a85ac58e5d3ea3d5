import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { benchEnvironment } from './config.ts'
import { freePorts } from './free-ports.ts'
import { onInterrupt } from './interrupts.ts'
import { installOnce } from './peers.ts'
import { cpuSecondsOf, descendantsOf } from './process-tree.ts'

const run = promisify(execFile)

/** A message broker on the loopback interface, with a folder of its own. */
export interface Broker {
  readonly url: string
  /** CPU seconds of all its processes so far. */
  readonly cpuSeconds: () => Promise<number>
  readonly stop: () => Promise<void>
}

const readyWithinMs = 60_000
const stopWithinMs = 15_000

/** NATS with JetStream that syncs every message to the disk before it confirms it. @throws when it cannot be had */
export async function startNats(version: string): Promise<Broker> {
  const installed = await installOnce(`nats-server-${version}`, async (folder) => {
    const env = { ...benchEnvironment(), GOBIN: folder, GOFLAGS: '-mod=mod' }
    await run('go', ['install', `github.com/nats-io/nats-server/v2@v${version}`], { cwd: folder, env })
  })
  const data = await mkdtemp(join(tmpdir(), 'stoa-bench-nats-'))
  const [port = 0] = await freePorts(1)
  const config = join(data, 'nats.conf')
  await writeFile(
    config,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${data}/store", sync_interval: always }\n`,
  )
  return serve([start(join(installed, 'nats-server'), ['-c', config], {})], data, port, `nats://127.0.0.1:${port}`)
}

const erlangPackages = [
  'base asn1 crypto public-key mnesia runtime-tools ssl eldap ftp tftp inets snmp os-mon parsetools syntax-tools tools xmerl',
].flatMap((names) => names.split(' ').map((name) => `erlang-${name}`))

/** RabbitMQ of Debian, unpacked and not installed. @throws where there is no apt */
export async function startRabbit(): Promise<Broker> {
  const root = await installOnce('rabbitmq-of-debian', async (folder) => {
    await run('apt-get', ['download', '-q', 'rabbitmq-server', ...erlangPackages], { cwd: folder })
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.deb')) continue
      await run('dpkg', ['-x', name, '.'], { cwd: folder })
      await rm(join(folder, name))
    }
  })
  const erlang = join(root, 'usr/lib/erlang')
  await moveErlang(erlang)
  const [name = ''] = await readdir(join(root, 'usr/lib/rabbitmq/lib'))
  const home = join(root, 'usr/lib/rabbitmq/lib', name)
  const data = await mkdtemp(join(tmpdir(), 'stoa-bench-rabbitmq-'))
  const [port = 0, distribution = 0, names = 0] = await freePorts(3)
  const env = {
    PATH: `${erlang}/bin:${benchEnvironment()['PATH'] ?? ''}`,
    HOME: data,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(names),
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: join(data, 'mnesia'),
    RABBITMQ_LOG_BASE: join(data, 'log'),
    RABBITMQ_CONFIG_FILE: join(data, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(data, 'plugins'),
    RABBITMQ_PID_FILE: join(data, 'pid'),
  }
  const epmd = start(join(erlang, 'bin/epmd'), ['-address', '127.0.0.1', '-port', String(names)], env)
  const server = start(join(home, 'sbin/rabbitmq-server'), [], env)
  return serve([server, epmd], data, port, `amqp://guest:guest@127.0.0.1:${port}`)
}

/** Its start script names the folder of the package. */
async function moveErlang(erlang: string): Promise<void> {
  const script = join(erlang, 'bin/erl')
  const text = await readFile(script, 'utf8')
  await writeFile(script, text.replaceAll(/ROOTDIR=\/.*$/gm, `ROOTDIR=${erlang}`))
}

function start(program: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(program, args, { env: { ...benchEnvironment(), ...env }, stdio: 'ignore' })
}

/** Waits until it accepts connections; stops its processes in their order. */
export async function serve(
  children: readonly ChildProcess[],
  data: string,
  port: number,
  url: string,
): Promise<Broker> {
  let stopping: Promise<void> | undefined
  const end = async () => {
    for (const child of children) await endOf(child)
    await rm(data, { recursive: true, force: true })
    forget()
  }
  const stop = () => (stopping ??= end())
  const forget = onInterrupt(stop)
  const failed = Promise.race(children.map((child) => once(child, 'error').then(([error]) => error as Error)))
  try {
    const startedAt = performance.now()
    while (!(await accepts(port))) {
      const error = await Promise.race([failed, delay(200)])
      if (error !== undefined) throw error
      if (children.some(({ exitCode }) => exitCode !== null)) throw new Error('it ended while it started')
      if (performance.now() - startedAt > readyWithinMs) throw new Error('it was not ready in time')
    }
  } catch (error) {
    await stop()
    throw error
  }
  const pids = children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  return {
    url,
    stop,
    async cpuSeconds() {
      const all = await Promise.all(pids.map(async (pid) => [pid, ...(await descendantsOf(pid))]))
      return cpuSecondsOf(all.flat())
    },
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
  await exited
  clearTimeout(timer)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
