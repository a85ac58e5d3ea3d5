import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemError } from '@stoa/system/system-errors'

/** The unprivileged account that PostgreSQL runs under when the supervisor is root, as the server refuses root. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const candidates = ['stoa', 'postgres', 'nobody']

/** Returns undefined for an ordinary user, who runs the server with the same account. */
export async function findAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of candidates) {
    const [, , uid, gid] = accounts.find(([candidate]) => candidate === name) ?? []
    if (Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw systemError(
    'postgres.no_account',
    `PostgreSQL cannot run as root, and none of the accounts ${candidates.join(', ')} exists: ` +
      'create one (useradd --system stoa), or start as an ordinary user',
  )
}

/** Whether the account may pass through every folder above this path; those that do not exist yet will let it. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const info = await stat(folder).catch(() => undefined)
    if (info !== undefined) {
      const shift = info.uid === account.uid ? 6 : info.gid === account.gid ? 3 : 0
      if (((info.mode >> shift) & 1) === 0) return false
    }
    if (folder === dirname(folder)) return true
  }
}
