import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const sizeBytes = 3 * 2 ** 30
const slackBytes = 64 * 1024

/** A disk of our own that can be full. */
export interface Disk {
  /** Leaves next to nothing free. */
  readonly fill: () => Promise<void>
  readonly free: () => Promise<void>
  readonly unmount: () => Promise<void>
}

/** Mounts a small disk on this folder; answers why not where that is not allowed. */
export async function mountDisk(folder: string): Promise<Disk | { readonly refused: string }> {
  const mount = (...options: string[]) => run('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', folder])
  try {
    await mount(`size=${sizeBytes}`, 'mode=0755')
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string }
    return { refused: `no disk of our own could be mounted: ${(stderr || String(error)).trim()}` }
  }
  return {
    async fill() {
      for (let attempt = 1; ; attempt += 1) {
        const { blocks, bfree, bsize } = await statfs(folder)
        try {
          await mount('remount', `size=${(blocks - bfree) * bsize + slackBytes * attempt}`)
          return
        } catch (error) {
          // A size below what is used is refused: something was written since it was measured.
          if (attempt === 20) throw error
        }
      }
    },
    async free() {
      await mount('remount', `size=${sizeBytes}`)
    },
    async unmount() {
      await run('umount', ['-l', folder])
    },
  }
}
