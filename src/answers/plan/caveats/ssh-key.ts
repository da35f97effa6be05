/** Types of public keys that OpenSSH takes in authorized_keys (sshd(8)), and how many fields a key has. */
const TYPES: Readonly<Record<string, number>> = {
  'ssh-rsa': 3,
  'ssh-dss': 5,
  'ssh-ed25519': 2,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
}

/** Why a line is no key that sshd can read; null when it is one (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). */
export function keyProblem(text: string): string | null {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) return 'it is a private key'
  if (/-----BEGIN|^---- BEGIN SSH2/.test(text)) return 'it is no line of authorized_keys'
  const lines = text.split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (keys.length === 0) return 'it is empty'
  return keys.map(lineProblem).find((problem) => problem !== null) ?? null
}

function lineProblem(line: string): string | null {
  // Options may come first; they hold quoted blanks.
  const words = line.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? []
  const at = words.findIndex((word) => Object.hasOwn(TYPES, word))
  const type = words[at]
  if (type === undefined || at > 1) return `it begins with no type of key that sshd knows`
  const blob = words[at + 1]
  if (blob === undefined) return 'nothing stands behind its type'
  return blobProblem(type, blob)
}

function blobProblem(type: string, blob: string): string | null {
  const bytes = decoded(blob)
  if (bytes === null) return 'it is not base64'
  const view = new DataView(bytes.buffer)
  const lengths: number[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return 'it is cut off'
    const length = view.getUint32(at)
    if (length > bytes.length - at - 4) return 'it is cut off'
    if (at === 0 && new TextDecoder().decode(bytes.subarray(4, 4 + length)) !== type) {
      return 'its type is not the one inside'
    }
    lengths.push(length)
    at += 4 + length
  }
  if (lengths.length !== TYPES[type]) return 'it is cut off'
  if (type === 'ssh-ed25519' && lengths[1] !== 32) return 'its length is not that of an Ed25519 key'
  return null
}

function decoded(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
