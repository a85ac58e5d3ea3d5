const fixes = {
  ENOSPC:
    'The disk is full: free about 1 GB where this checkout and the home folder are, and run the same command again.',
  EDQUOT:
    'The disk quota is used up: free about 1 GB where this checkout and the home folder are, and run the same command again.',
  EACCES:
    'This user cannot write here: change the owner of the checkout and ~/.npm (chown), then run the same command again.',
  EPERM:
    'This user cannot write here: change the owner of the checkout and ~/.npm (chown), then run the same command again.',
  EROFS: 'The checkout is on a read-only disk: copy it to where you may write and run the same command again.',
  EUSAGE: 'package-lock.json does not match package.json: run "npm install" once and commit both.',
  EINTEGRITY: 'A downloaded package is damaged: run "npm cache clean --force", then the same command again.',
  ENPM: 'npm was not found: install it (it comes with Node from https://nodejs.org) and run the same command again.',
  E401: 'The package registry requires a sign-in: check the registry and token in your .npmrc and run the same command again.',
  E403: 'The package registry rejected the request: check the registry and token in your .npmrc and run the same command again.',
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

/** Returns one sentence with the fix for an error code of npm or of the system; for an unknown code, npm's last messages. */
export function causeOf(code, complaints) {
  const known = code ?? (complaints.includes('ENOSPC') ? 'ENOSPC' : undefined)
  if (offline.has(known)) {
    return `The package registry cannot be reached (${known}): check the network, proxy and registry settings of npm, and run the same command again.`
  }
  if (known !== undefined && known in fixes) return fixes[known]
  const lastWords = complaints
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!)\s*/, '').trim())
    .filter((line) => line && !line.includes('complete log'))
  return `The packages could not be installed (${lastWords.slice(0, 2).join('; ') || 'npm gave no reason'}): fix that and run the same command again.`
}
