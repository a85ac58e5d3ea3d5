// Makes package-lock.json again from nothing. npm keeps what an earlier lock held, also where that lacks packages of other
// platforms; so this asks npm in an empty folder that holds only the package.json files.
import { spawnSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checkLockFile, type LockFile } from './lock-file.ts'
import { root } from './root.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoa-relock-'))
try {
  const manifests = globSync(['package.json', '{*,*/*}/package.json', '.npmrc'], {
    cwd: root,
    exclude: ['node_modules'],
  })
  for (const path of manifests) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    copyFileSync(join(root, path), join(folder, path))
  }
  const { status } = spawnSync(
    'npm',
    ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const lockFile = join(folder, 'package-lock.json')
  const complaints =
    status === 0 ? checkLockFile(JSON.parse(readFileSync(lockFile, 'utf8')) as LockFile) : ['npm failed']
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0) process.exitCode = 1
  else copyFileSync(lockFile, join(root, 'package-lock.json'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
