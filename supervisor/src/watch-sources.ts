import { watch } from 'node:fs'
import { join } from 'node:path'
import { root } from '@stoa/system/root'

// An editor writes a file in several steps, and a tool several files.
const settleMs = 30

/** Reports saved files below these folders as absolute paths, a moment after the last one. */
export function watchSources(
  folders: readonly string[],
  onSaved: (files: readonly string[]) => void,
): { readonly close: () => void } {
  const saved = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const notify = () => {
    const files = [...saved]
    saved.clear()
    onSaved(files)
  }
  const watchers = folders.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_event, name) => {
      if (name === null || !/\.(ts|js|sql|json)$/.test(name) || name.includes('node_modules')) return
      saved.add(join(root, folder, name))
      clearTimeout(timer)
      timer = setTimeout(notify, settleMs)
    }),
  )
  return {
    close() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}
