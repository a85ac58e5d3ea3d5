const extensions: Readonly<Record<string, readonly string[]>> = {
  'application/pdf': ['pdf'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'text/plain': ['txt', 'log'],
}

/**
 * The name under which an attachment is saved: without a path, and with an extension of its media type, so that text named `order.html`
 * or `order.bat` does not run when the person who saved it opens it.
 */
export function attachmentName(fileName: string, mediaType: string): string {
  const name = fileName.replaceAll(/[/\\]/g, '_')
  const [first, ...others] = extensions[mediaType] ?? []
  if (first === undefined) return name
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase()
  const isOfType = extension !== undefined && [first, ...others].includes(extension)
  return isOfType ? name : `${name}.${first}`
}
