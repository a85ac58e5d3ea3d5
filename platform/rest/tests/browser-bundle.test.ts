import { fileURLToPath } from 'node:url'
import { build, stop } from 'esbuild'
import { afterAll, expect, test } from 'vitest'

// The process of esbuild would outlive the tests.
afterAll(stop)

/** Bundles a program for a browser; esbuild fails on a module of Node. Returns the files in the bundle and their text. */
async function bundleForBrowser(contents: string): Promise<{ readonly files: string[]; readonly text: string }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
  return { files, text: outputFiles.map((file) => file.text).join('') }
}

const program = (contract: string, source: string) => `
  import { restClient } from '@stoa/rest'
  import * as contract from '@stoa/contracts/${contract}'
  console.log(Object.keys(restClient(${source}, { url: '' })))`

test.each(['order', 'inventory', 'pricing', 'payment', 'shipping', 'user', 'notification', 'auth', 'registry'])(
  'a client of the operations of %s contains no RPC code and nothing of Node',
  async (name) => {
    const { files, text } = await bundleForBrowser(program(`${name}/http`, '{ operations: contract }'))
    expect(files.filter((file) => /_pb\.|@bufbuild|@connectrpc|services\//.test(file))).toEqual([])
    expect(text).not.toContain('node:')
    expect(files.some((file) => file.endsWith(`contracts/${name}/http.ts`))).toBe(true)
  },
)

test('a client of a whole contract contains RPC code, so the first test can fail', async () => {
  const { files } = await bundleForBrowser(program('order/service', 'contract.order'))
  expect(files.some((file) => file.includes('@bufbuild'))).toBe(true)
})
