/** A phrase that does not belong into texts of this project, and what to write in its place. */
export interface Phrase {
  /** Matched as whole words, in any case; a space also matches a line break inside a comment or a paragraph. */
  readonly not: RegExp
  readonly but: string
}

/** Every phrase that `npm run verify` rejects in code, comments, documents and help texts. */
export const phrases: readonly Phrase[] = [
  { not: /can not/, but: 'cannot' },
  { not: /for ever/, but: 'permanently' },
  { not: /mend(s|ed|ing)?/, but: 'fix' },
  { not: /call(s|ed|ing)? (it )?off/, but: 'cancel' },
  { not: /so-manieth/, but: 'nth' },
  { not: /the own/, but: 'its own, their own, or name the owner' },
  { not: /(when|if) not said/, but: 'by default' },
  { not: /unless (told|said)( otherwise)?/, but: 'by default' },
  { not: /(is|are|was|were) tried again/, but: 'is retried' },
  { not: /begins? anew/, but: 'starts again' },
  { not: /(is|was|were) away(?! (from|with))/, but: 'is unavailable' },
  { not: /goes on|going on/, but: 'continues' },
  { not: /whoever/, but: 'anyone who, or the name of the subject' },
  { not: /of whom/, but: 'whose, or name the subject' },
]
