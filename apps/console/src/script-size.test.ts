import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { afterEach, expect, test, vi } from 'vitest'

const root = join(import.meta.dirname, '..')
const limitBytes = 300_000

afterEach(() => vi.unstubAllEnvs())

test('shell and overview are at most 300 kB of script, gzipped', async () => {
  // as in production: the tests set it to test
  vi.stubEnv('NODE_ENV', 'production')
  const built = (await build({ root, logLevel: 'silent', build: { write: false } })) as Rolldown.RolldownOutput
  const chunks = new Map(
    built.output.flatMap((each) => (each.type === 'chunk' ? [[each.fileName, each] as const] : [])),
  )
  const loaded = new Set<string>()
  const load = (name: string) => {
    if (loaded.has(name)) return
    loaded.add(name)
    chunks.get(name)?.imports.forEach(load)
  }
  for (const { fileName, isEntry } of chunks.values()) if (isEntry) load(fileName)
  const sizeBytes = [...loaded].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0)
  console.warn(`The shell of the console and its overview: ${Math.round(sizeBytes / 1_000)} kB of script, gzipped.`)
  expect(sizeBytes).toBeGreaterThan(10_000)
  expect(sizeBytes).toBeLessThan(limitBytes)
})

test('only the tokens name colours', () => {
  const styles = globSync('src/styles/*.css', { cwd: root }).filter((name) => !name.endsWith('tokens.css'))
  expect(styles.length).toBeGreaterThan(0)
  for (const name of styles) expect(readFileSync(join(root, name), 'utf8'), name).not.toMatch(/#[0-9a-f]{3,8}\b|rgb\(/i)
})
