import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFiles, root } from './made-files.ts'

const isCheck = process.argv.includes('--check')
const { files, problems } = await makeFiles()
const stale = files.filter(({ before, after }) => before !== after)

for (const { path, after } of stale) {
  if (!isCheck) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), after)
  }
  console.log(isCheck ? `${path} is stale; fix: npm run made` : path)
}
for (const problem of problems) console.error(problem)
if (problems.length > 0 || (isCheck && stale.length > 0)) process.exitCode = 1
