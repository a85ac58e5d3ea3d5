import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

/** In the folder in which Debian has the program itself: the one in the path would change to the account of its service. */
const withPath = 'PATH=/usr/lib/rabbitmq/bin:$PATH; '

/** Whether tests against RabbitMQ can run: they need `rabbitmq-server` and `epmd` in the path. Says so if they are missing. */
export function hasRabbit(): boolean {
  const { status } = spawnSync('sh', ['-c', `${withPath} command -v rabbitmq-server && command -v epmd`])
  if (status !== 0)
    console.warn('skipped: the tests of RabbitMQ need rabbitmq-server and epmd (Debian: the package rabbitmq-server)')
  return status === 0
}

/** A broker with one node, on a port of its own. */
export interface RabbitServer {
  /** As the setting `AMQP_URL`. */
  readonly url: string
  /** Starts it again where it was, with what it has; `settings` are further lines of `rabbitmq.conf`. */
  readonly start: (settings?: readonly string[]) => Promise<void>
  /** Kills it; what it has stays. */
  readonly kill: () => Promise<void>
  /** Stops it where it is: its connections stay open, and it does not respond. */
  readonly hang: () => void
  readonly goOn: () => void
  /** Kills it, and removes what it has. */
  readonly remove: () => Promise<void>
}

/** Starts a broker that keeps its queues in a temporary folder. */
export async function startRabbitServer(): Promise<RabbitServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-rabbit-'))
  const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()]
  const file = join(folder, 'rabbitmq.conf')
  const env = {
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `stoa-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONFIG_FILE: file,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    // One scheduler, which does not spin: other tests need the cores.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none',
  }
  // Erlang would start it itself, and leave it behind.
  const names = spawn(...inShell(`exec epmd -port ${epmdPort}`, env), { stdio: 'ignore', cwd: '/' })
  let server: ChildProcess | undefined
  const start = async (settings: readonly string[] = []) => {
    await writeFile(file, [`listeners.tcp.1 = 127.0.0.1:${port}`, ...settings, ''].join('\n'))
    // A group of its own: the program is a script that starts the broker.
    server = spawn(...inShell('exec rabbitmq-server', env), { stdio: 'ignore', cwd: folder, detached: true })
    await eventually(() => respondsAt(port))
  }
  const signal = (name: NodeJS.Signals) => {
    if (server?.pid !== undefined && isRunning(server)) process.kill(-server.pid, name)
  }
  const kill = async () => {
    if (server === undefined || !isRunning(server)) return
    const ended = once(server, 'exit')
    signal('SIGKILL')
    await ended
  }
  const remove = async () => {
    await kill()
    names.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  await start().catch(async (error: unknown) => {
    await remove()
    throw error
  })
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    start,
    kill,
    hang: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    remove,
  }
}

function inShell(command: string, env: Readonly<Record<string, string>>): [string, string[]] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return ['env', [...variables, 'sh', '-c', withPath + command]]
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** Resolves when the broker greets a client. */
async function respondsAt(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.on('error', () => {})
    socket.write('AMQP\0\0\x09\x01')
    const [first] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown]
    if (!(first instanceof Buffer)) throw new Error('the broker does not respond')
  } finally {
    socket.destroy()
  }
}
