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
  /** Resolves when the server has taken it. A repeat carries the same Message-ID, by which it is known. */
  readonly send: (mail: Mail) => Promise<void>
  readonly close: () => void
}

/** A channel over SMTP; nodemailer is loaded with the first mail, so that a start without mail does not pay for it. */
export function smtpChannel(url: string, from: string): MailChannel {
  let transport: Promise<Transporter> | undefined
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer')
    return createTransport({ url, pool: true, maxConnections: 2 } as never)
  }
  return {
    async send({ id, to, subject, body }) {
      transport ??= open()
      const domain = from.split('@')[1]?.replace(/>$/, '') ?? 'stoa.example'
      await (await transport).sendMail({ messageId: `<${id}@${domain}>`, from, to, subject, text: body })
    },
    close: () => void transport?.then((opened) => opened.close()),
  }
}
