import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { subjectText, type MailChannel } from './smtp.ts'

/** A channel into a folder. */
export interface MailFolder extends MailChannel {
  /** Deletes the e-mails that were written before this time. */
  readonly removeBefore: (time: Temporal.Instant) => Promise<void>
}

/** Writes e-mails into a folder, each a file (RFC 5322) that its owner alone may read: for a machine without a mail server. */
export function folderChannel(folder: string, from: string): MailFolder {
  return {
    async send({ id, to, subject, body }) {
      const headers = [
        `From: ${from}`,
        `To: ${to}`,
        `Subject: ${subjectText(subject)}`,
        `Message-ID: <${id}@localhost>`,
      ]
      const type = 'Content-Type: text/plain; charset=utf-8'
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(join(folder, `${id}.eml`), `${[...headers, type].join('\r\n')}\r\n\r\n${body}\r\n`, {
        mode: 0o600,
      })
    },
    async removeBefore(time) {
      for (const name of await filesOf(folder)) {
        const path = join(folder, name)
        const info = await stat(path).catch(() => undefined)
        if (info !== undefined && info.mtimeMs < time.epochMilliseconds) await rm(path, { force: true })
      }
    },
    close: () => undefined,
  }
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.eml'))
  } catch (error) {
    // The folder is made with the first mail.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
