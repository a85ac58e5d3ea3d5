import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

const program = 'versitygw'

/** Whether tests against a server of S3 can run: they need `versitygw` in the path. Says so if it is missing. */
export function hasS3Server(): boolean {
  const isThere = spawnSync(program, ['--version']).status === 0
  if (!isThere)
    console.warn(
      `skipped: the tests of S3 need ${program} (go install github.com/versity/versitygw/cmd/versitygw@v1.8.0)`,
    )
  return isThere
}

/** A server of S3 with one bucket, on a port of its own. */
export interface S3Server {
  /** The bucket, as the setting `S3_URL`. */
  readonly url: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** The settings that name it. */
  readonly settings: Readonly<Record<string, string>>
  /** The keys of all objects. */
  readonly keys: () => Promise<string[]>
  /** The names of the parts of uploads that were neither completed nor aborted. */
  readonly unfinishedParts: () => Promise<string[]>
  /** Starts it again where it was, with what it has. */
  readonly start: () => Promise<void>
  /** Kills it; what it has stays. */
  readonly kill: () => Promise<void>
  /** Stops it where it is: its connections stay open, and it does not respond. */
  readonly hang: () => void
  readonly goOn: () => void
  /** Kills it, and removes what it has. */
  readonly remove: () => Promise<void>
}

const bucket = 'stoa-test'
/** Where versitygw keeps uploads that are not complete. */
const unfinished = '.sgwtmp'
const credentials = { accessKeyId: 'of-tests', secretAccessKey: 'a-secret-of-tests' }

/** Starts a server of S3 that keeps its objects in a temporary folder. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-s3-'))
  const objects = join(folder, 'objects', bucket)
  for (const made of [objects, join(folder, 'metadata')]) await mkdir(made, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/${bucket}`
  let server: ChildProcess | undefined
  const start = async () => {
    const { accessKeyId, secretAccessKey } = credentials
    const account = ['--access', accessKeyId, '--secret', secretAccessKey]
    // the folder of a test may be on a file system without extended attributes
    const store = ['posix', '--sidecar', join(folder, 'metadata'), join(folder, 'objects')]
    server = spawn(program, [...account, '--port', `127.0.0.1:${port}`, '--quiet', ...store], {
      stdio: 'ignore',
      cwd: '/',
    })
    await eventually(() => fetch(url))
  }
  const kill = async () => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url,
    credentials,
    settings: {
      S3_URL: url,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    async keys() {
      const files = await filesIn(objects)
      return files.map((file) => relative(objects, file)).filter((key) => !key.startsWith(unfinished))
    },
    async unfinishedParts() {
      return (await filesIn(join(objects, unfinished))).map((file) => basename(file))
    },
    start,
    kill,
    hang: () => void server?.kill('SIGSTOP'),
    goOn: () => void server?.kill('SIGCONT'),
    async remove() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}
