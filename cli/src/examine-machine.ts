import type { DataFolder } from '@stoa/supervisor/data-folder'
import type { Finding } from '@stoa/supervisor/examine'
import { addressOf, askFor } from './api.ts'

// under load a service opens some hundred connections, and the database server a file for each table and index
const neededFiles = 1_024

interface Limits {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | string } }
}

/** Checks how many files a process started here may open. */
export function examineOpenFiles(limit: number | string | undefined = ownLimit()): Finding {
  const what = 'open files'
  if (typeof limit !== 'number') return { what, isFine: true, detail: `${limit ?? 'unlimited'} per process` }
  const isFine = limit >= neededFiles
  return {
    what,
    isFine,
    detail: isFine ? `${limit} per process` : `${limit} per process: raise it with "ulimit -n 4096"`,
  }
}

function ownLimit(): number | string | undefined {
  const { userLimits } = process.report.getReport() as Limits
  return userLimits?.open_files?.soft
}

/** Checks whether the registry responds, and how many services it lists. */
export async function examineRegistry(folder: DataFolder): Promise<Finding> {
  const what = 'registry'
  try {
    const url = `${await addressOf(folder, 'registry')}/api/services`
    const { items } = await askFor<{ items: readonly unknown[] }>(url)
    return { what, isFine: true, detail: `responds, ${items.length} services` }
  } catch (error) {
    return { what, isFine: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
