import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, stop, type Plugin } from 'esbuild'
import type { Deployment } from '@stoa/system/topology'
import { entryFiles, packEntry } from './bundle.ts'
import { root } from '@stoa/system/root'
import { makeFolder } from './make-folder.ts'

// Packages of the older kind ask for Node's own modules by require, which a module has to make itself.
const requireForBundled =
  "import { createRequire as stoaCreateRequire } from 'node:module'; const require = stoaCreateRequire(import.meta.url);"

/** Bundles the programs of all services at once, what they share in files of its own. The bundle stays on this machine. */
export async function buildBundle(target: string, deployments: readonly Deployment[]): Promise<void> {
  const programs = new Map([...entryFiles(deployments), [packEntry, join(root, 'supervisor/src/pack.ts')]])
  await bundlePrograms(target, programs, { deployments, natives: nativePackages })
}

/** Bundles the program of one service for another machine, which has the native packages in its node_modules. */
export async function buildPortableBundle(target: string, deployment: Deployment): Promise<void> {
  const programs = new Map([[deployment.name, join(root, deployment.folder, 'src/main.ts')]])
  await bundlePrograms(target, programs, { deployments: [deployment], natives: packagesBeside })
}

interface BundleOptions {
  readonly deployments: readonly Deployment[]
  readonly natives: Plugin
}

async function bundlePrograms(
  target: string,
  programs: ReadonlyMap<string, string>,
  { deployments, natives }: BundleOptions,
): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [...programs.keys()].map((name) => ({ in: `program:${name}`, out: `entries/${name}` })),
    plugins: [programEntries(programs), natives, serviceLocations(deployments)],
    // The part of the Kafka client in WebAssembly is read from a file beside it, unless it is in the code.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    outdir: target,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    chunkNames: 'chunks/[hash]',
    banner: { js: requireForBundled },
    keepNames: true,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  })
  await Promise.all(outputFiles.map(({ path, text }) => writeProgram(path, text)))
  // Its process would stay as long as ours.
  await stop()
}

// Makes every function anew a property of its own, and so slow, although most have their name already.
const slowNaming = /(var __name = \(target, value\) =>) (__defProp\()/

/** Writes a file of the bundle, in which a function gets its name only where bundling has changed it. */
async function writeProgram(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path))
  await writeFile(path, text.replace(slowNaming, '$1 target.name === value ? target : $2'))
}

const nativeNames = /^@duckdb\/node-api$/

/** The packages with native parts are loaded by their names, from the node_modules beside the bundle. */
const packagesBeside: Plugin = {
  name: 'packages beside',
  setup({ onResolve }) {
    onResolve({ filter: nativeNames }, ({ path }) => ({ path, external: true }))
  },
}

/**
 * A package with native parts finds them from its own folder, so it stays there and is loaded by its path. The bundle is not moved to
 * another machine: it is built where it runs.
 */
const nativePackages: Plugin = {
  name: 'native packages',
  setup({ onResolve }) {
    onResolve({ filter: nativeNames }, ({ path, resolveDir }) => {
      const { resolve } = createRequire(join(resolveDir, 'package.json'))
      return { path: pathToFileURL(resolve(path)).href, external: true }
    })
  },
}

/** Each program holds on to the supervisor first: one that was left alone would keep its port forever. */
function programEntries(programs: ReadonlyMap<string, string>): Plugin {
  const leash = join(root, 'supervisor/src/leash.ts')
  return {
    name: 'programs',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^program:/ }, ({ path }) => ({ path: path.slice('program:'.length), namespace: 'program' }))
      onLoad({ filter: /.*/, namespace: 'program' }, ({ path }) => ({
        contents: `import ${JSON.stringify(leash)}\nexport * from ${JSON.stringify(programs.get(path))}`,
        resolveDir: root,
        loader: 'ts',
      }))
    },
  }
}

/**
 * A service names its migrations from where its own file stands; in a bundle that file may be anywhere one folder deep.
 */
function serviceLocations(deployments: readonly Deployment[]): Plugin {
  return {
    name: 'service locations',
    setup({ onLoad }) {
      for (const { name, folder } of deployments) {
        const source = join(root, folder, 'src').replaceAll(/[/\\.]/g, String.raw`[/\\.]`)
        onLoad({ filter: new RegExp(String.raw`^${source}[/\\].*\.ts$`) }, async ({ path }) => {
          const text = await readFile(path, 'utf8')
          if (!text.includes('import.meta.url')) return undefined
          const location = `new URL('../${name}/src/service.js', import.meta.url)`
          return { contents: text.replaceAll('import.meta.url', location), loader: 'ts' }
        })
      }
    },
  }
}
