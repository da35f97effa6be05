import { SealscopeError } from '../../../base/error'
import { credentialsOf } from '../../../image/registry/credentials'
import { registryConnection } from '../../../hosts/node/registry/access'
import {
  checkLogin,
  dropAllLogins,
  dropLogin,
  keepLogin,
  parseLoginPlace,
  writtenAuthFile,
} from '../../../hosts/node/registry/login'
import { ask, readFirstLine } from '../../../hosts/node/registry/prompt'
import type { Arguments } from '../arguments'
import { registryOptions } from '../registry-options'
import type { Answer } from './answers'

/** `sealscope login REGISTRY`: keeps a login that the registry takes where podman keeps its own. */
export async function login(args: Arguments): Promise<Answer> {
  const place = parseLoginPlace(args.words[0] ?? '')
  const isPiped = args.flag('password-stdin')
  const typed = args.text('username')
  if (isPiped && typed === null) {
    const what = '--password-stdin needs a name'
    throw new SealscopeError({
      kind: 'usage',
      code: 'login-name',
      what,
      expected: '--username NAME',
    })
  }
  const username = typed ?? (await ask('Username', true))
  const password = isPiped ? await readFirstLine() : await ask('Password', false)
  if (username === '' || password === '') {
    const what = username === '' ? 'there is no name' : 'there is no password'
    throw new SealscopeError({ kind: 'usage', code: 'login-empty', what })
  }
  const credentials = credentialsOf(username, password)
  await checkLogin(place, credentials, registryConnection(registryOptions(args), process.env))
  const path = writtenAuthFile(args.text('authfile'), process.env)
  await keepLogin(path, place, credentials, process.env)
  return { text: `logged in to ${place.key}; kept in ${path}\n`, exitCode: 0 }
}

/** `sealscope logout REGISTRY | --all`. */
export async function logout(args: Arguments): Promise<Answer> {
  const path = writtenAuthFile(args.text('authfile'), process.env)
  const [word] = args.words
  if (args.flag('all')) {
    return { text: `${dropAllLogins(path)} logins taken out of ${path}\n`, exitCode: 0 }
  }
  if (word === undefined) {
    const what = 'no registry to log out of'
    throw new SealscopeError({ kind: 'usage', code: 'login-registry', what, expected: 'HOST or --all' }) // prettier-ignore
  }
  const place = parseLoginPlace(word)
  if (await dropLogin(path, place, process.env)) {
    return { text: `logged out of ${place.key}\n`, exitCode: 0 }
  }
  throw new SealscopeError({
    kind: 'usage',
    code: 'not-logged-in',
    what: `there is no login for ${place.key}`,
    where: { path },
  })
}
