import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFolderAt } from '@stoa/supervisor/data-folder'
import { eventually } from '@stoa/testing'

type Post = (path: string, body: object) => Promise<{ readonly status: number }>

/** Verifies the address of an account of a system in this data folder, by the link in its mail. */
export async function verifyEmail(home: string, email: string, post: Post): Promise<void> {
  const token = await eventually(() => tokenFor(dataFolderAt(home).mail, email))
  const { status } = await post('/api/v1/users/verify-email', { token })
  if (status !== 204) throw new Error(`${email} could not be verified: ${status}`)
}

async function tokenFor(folder: string, email: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml'))
  const mails = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  )
  for (const { path } of mails.toSorted((a, b) => b.at - a.at)) {
    const mail = await readFile(path, 'utf8')
    const token = /To verify your e-mail address use: (\S+)/.exec(mail)?.[1]
    if (mail.includes(`To: ${email}\r\n`) && token !== undefined) return token
  }
  throw new Error(`no mail to verify ${email} yet`)
}
