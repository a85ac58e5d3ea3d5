// Usage: node tools/bootstrap/run.cjs ENTRY [ARGUMENT...]
// Brings node_modules to what package-lock.json says, then continues as the project's own Node running ENTRY.
import { fileURLToPath } from 'node:url'
import { Sorry } from './sorry.mjs'
import { isInstalled } from './installation.mjs'
import { findRuntime, goOnAs } from './runtime.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [entry, ...args] = process.argv.slice(2)

try {
  if (entry === undefined) throw new Sorry('Usage: node tools/bootstrap/run.cjs ENTRY [ARGUMENT...]', 2)
  if (!isInstalled(root)) {
    const { install } = await import('./install.mjs')
    await install(root)
  }
  await goOnAs(findRuntime(root), root, entry, args)
} catch (error) {
  if (!(error instanceof Sorry)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}
