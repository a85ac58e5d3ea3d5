import type { Transporter } from 'nodemailer'

/** An e-mail that is to go out. */
export interface Mail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly body: string
}

/** Sends e-mails. */
export interface MailChannel {
  /** Resolves when the server has accepted the message. A repeated send has the same Message-ID. */
  readonly send: (mail: Mail) => Promise<void>
  readonly close: () => void
}

/** A channel over a mail server. */
export interface MailServer extends MailChannel {
  /** Signs in to the server without sending; rejects while it cannot. */
  readonly verify: () => Promise<void>
}

/** A channel over SMTP that waits up to the limit (30 s by default) for the server to take a mail; nodemailer is loaded with the first mail, so that a start without mail does not pay for it. */
export function smtpChannel(url: string, from: string, { limitMs = 30_000 }: { limitMs?: number } = {}): MailServer {
  let transport: Promise<Transporter> | undefined
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url,
      pool: true,
      maxConnections: 2,
      connectionTimeout: limitMs / 3,
      greetingTimeout: limitMs / 3,
      socketTimeout: (limitMs * 2) / 3,
    } as never)
  }
  return {
    async send({ id, to, subject, body }) {
      transport ??= open()
      const domain = from.split('@')[1]?.replace(/>$/, '') ?? 'stoa.example'
      const mail = { messageId: `<${id}@${domain}>`, from, to, subject: subjectText(subject), text: body }
      await within(limitMs, (await transport).sendMail(mail))
    },
    async verify() {
      transport ??= open()
      await within(limitMs, (await transport).verify())
    },
    close: () => void transport?.then((opened) => opened.close()),
  }
}

/** A subject in which nothing is decoded as an encoded word (RFC 2047), which could hide what the message says. */
export function subjectText(subject: string): string {
  return subject.replaceAll('=?', '= ?')
}

/** nodemailer limits only silence: a server that sends a byte now and then would be waited for without end. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: limit, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`the mail server did not respond within ${limitMs} ms`)), limitMs)
  try {
    await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
