import { startPostgres } from '../src/postgres/start-postgres.ts'

// Run by the tests as another process: takes a folder and a port, prints one line of JSON, and stays until it is stopped.
const [dataDir = '', port = '0'] = process.argv.slice(2)
process.on('SIGINT', () => {})
try {
  const { url, pid, isAdopted, stop } = await startPostgres({
    dataDir,
    port: Number(port),
    log: { info: () => {}, warn: () => {} },
  })
  // Before the line that lets the test continue, which may send the signal at once.
  process.once('SIGTERM', () => void stop())
  process.stdout.write(`${JSON.stringify({ url, pid, isAdopted })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ refused: error instanceof Error ? error.message : String(error) })}\n`)
}
