import { DatabaseSync } from 'node:sqlite'
import type { DataFolder } from './data-folder.ts'
import { systemError } from '@stoa/system/system-errors'

/** Held by the one process that may start a system in a data folder. */
export interface Lock {
  /** As often as one likes. */
  readonly release: () => void
}

/**
 * Takes the lock of a data folder. It is the operating system's lock on a file (through SQLite, which knows how on each),
 * so that it ends with its holder, also by kill -9. @throws AppError `system.already_running`
 */
export function takeLock(folder: DataFolder): Lock {
  const database = new DatabaseSync(folder.lock)
  try {
    database.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (cause) {
    database.close()
    throw systemError(
      'system.already_running',
      `Stoa is already running in ${folder.path}: stop it with "npm run stoa -- down", or use another folder with --data`,
      { cause },
    )
  }
  return {
    release() {
      if (database.isOpen) database.close()
    },
  }
}
