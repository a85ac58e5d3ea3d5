const mends = {
  ENOSPC:
    'The disk is full: free about 1 GB where this checkout and the home folder are, and run the same command again.',
  EDQUOT:
    'The disk quota is used up: free about 1 GB where this checkout and the home folder are, and run the same command again.',
  EACCES: 'This user may not write here: make the checkout and ~/.npm your own (chown) and run the same command again.',
  EPERM: 'This user may not write here: make the checkout and ~/.npm your own (chown) and run the same command again.',
  EROFS: 'The checkout is on a read-only disk: copy it to where you may write and run the same command again.',
  EUSAGE: 'package-lock.json does not fit package.json: run "npm install" once and commit both.',
  EINTEGRITY: 'A package arrived damaged: run "npm cache clean --force" and then the same command again.',
  ENPM: 'npm was not found: install it (it comes with Node from https://nodejs.org) and run the same command again.',
  E401: 'The package registry wants a sign-in: check the registry and token in your .npmrc and run the same command again.',
  E403: 'The package registry refused: check the registry and token in your .npmrc and run the same command again.',
}

const offline = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_SOCKET_TIMEOUT',
  'ENOTCACHED',
  'EIDLETIMEOUT',
])

/** One sentence with the mend for an error code of npm or of the system; for an unknown one, npm's own last words. */
export function causeOf(code, complaints) {
  const known = code ?? (complaints.includes('ENOSPC') ? 'ENOSPC' : undefined)
  if (offline.has(known)) {
    return `The package registry can't be reached (${known}): check the network, proxy and registry settings of npm, and run the same command again.`
  }
  if (known !== undefined && known in mends) return mends[known]
  const lastWords = complaints
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!)\s*/, '').trim())
    .filter((line) => line && !line.includes('complete log'))
  return `The packages could not be installed (${lastWords.slice(0, 2).join('; ') || 'npm gave no reason'}): mend that and run the same command again.`
}
