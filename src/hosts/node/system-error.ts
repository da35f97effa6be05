import { SealscopeError, toSealscopeError } from '../../base/error'

/** By the code that Node gives (libuv's, and its own for reading whole files). */
const REASONS: Record<string, string> = {
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'there is a file of that name',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'there is no room left',
  EROFS: 'the file system is read-only',
  EIO: 'the medium cannot be read',
  ELOOP: 'links in a circle',
  ERR_FS_FILE_TOO_LARGE: 'more than 2 GiB',
}
/** By the call that was refused. */
const FAILURES: Record<string, string> = {
  open: 'a file cannot be opened',
  write: 'a file cannot be written',
  mkdir: 'a folder cannot be made',
  mkdtemp: 'no temporary folder can be made',
}

/**
 * Whatever was thrown; what the system refused is an error of the input that names the path.
 * @param read the file that was to be read, when that is known
 */
export function fromSystem(thrown: unknown, read?: string): SealscopeError {
  if (thrown instanceof SealscopeError || !isRefusal(thrown)) return toSealscopeError(thrown)
  const failure = FAILURES[thrown.syscall ?? ''] ?? 'a file or folder cannot be read'
  const path = read ?? thrown.path
  return new SealscopeError({
    code: 'file-access',
    what: read === undefined ? failure : 'the file cannot be read',
    ...(path === undefined ? {} : { where: { path } }),
    found: REASONS[thrown.code ?? ''] ?? thrown.message,
    cause: thrown,
  })
}

function isRefusal(thrown: unknown): thrown is NodeJS.ErrnoException {
  if (!(thrown instanceof Error) || !('code' in thrown)) return false
  return 'syscall' in thrown || thrown.code === 'ERR_FS_FILE_TOO_LARGE'
}
