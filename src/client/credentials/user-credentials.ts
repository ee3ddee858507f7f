/** A user name and a password. */
export interface UserCredentials {
  /** The name of the user. */
  readonly username: string;
  /** The password; empty for none. */
  readonly password: string;
}

/** The request that credentials are for. Digest credentials hold for no other. */
export interface ChallengedRequest {
  /** The method. */
  readonly method: string;
  /** The request target, as in the request line. */
  readonly uri: string;
}

/** Credentials as the user information of a URL has them; `null` for a URL without. */
export function credentialsOfUrl({ username, password }: URL): UserCredentials | null {
  if (username === '' && password === '') return null;
  return { username: decoded(username), password: decoded(password) };
}

/** Percent-encoded text; what is no percent-encoding stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
