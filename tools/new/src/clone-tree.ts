import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

/** Copies the tree into an empty folder, where it runs as it does here: with packages of its own, and those from outside shared. */
export function cloneTree(root: string, clone: string): void {
  copyTree(root, clone)
  linkPackages(root, clone)
}

/** Everything that is tracked, and what is about to be. */
function copyTree(root: string, clone: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (listed.status === 0) {
    for (const path of listed.stdout.split('\0')) {
      if (path !== '' && existsSync(join(root, path))) cpSync(join(root, path), join(clone, path))
    }
    return
  }
  const left = new Set(['node_modules', '.stoa', '.git', 'coverage'])
  for (const entry of readdirSync(root)) {
    if (!left.has(entry)) cpSync(join(root, entry), join(clone, entry), { recursive: true })
  }
}

/** Packages from outside are the tree's own; those of the workspaces are the copy's. */
function linkPackages(root: string, clone: string): void {
  const [from, to] = [join(root, 'node_modules'), join(clone, 'node_modules')]
  mkdirSync(join(to, '@stoa'), { recursive: true })
  for (const entry of readdirSync(from)) {
    if (entry === '.package-lock.json') copyFileSync(join(from, entry), join(to, entry))
    else if (entry !== '@stoa' && (entry === '.bin' || !entry.startsWith('.')))
      symlinkSync(realpathSync(join(from, entry)), join(to, entry), 'dir')
  }
  for (const workspace of readdirSync(join(from, '@stoa'))) {
    symlinkSync(readlinkSync(join(from, '@stoa', workspace)), join(to, '@stoa', workspace), 'dir')
  }
}
