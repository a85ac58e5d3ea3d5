import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkOutside } from './check-outside.ts'
import { packPlatform } from './pack-platform.ts'

const help = `Usage: npm run pack -- [--out FOLDER] [--check]

Makes an npm package of each platform package: JavaScript, declarations, README and licence.
  --out FOLDER  where the packages are written (default: dist/packages)
  --check       also installs them in a project outside this repository, and runs the example 06-outside there
`

const root = resolve(import.meta.dirname, '../../..')
const { values } = parseArgs({
  options: { help: { type: 'boolean' }, out: { type: 'string' }, check: { type: 'boolean' } },
})
if (values.help === true) console.log(help)
else {
  const packed = packPlatform(root, resolve(values.out ?? 'dist/packages'))
  for (const { file } of packed) console.log(file)
  if (values.check === true) process.exitCode = await checkOutside(root, packed)
}
