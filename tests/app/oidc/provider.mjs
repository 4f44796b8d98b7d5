// A certified OpenID Connect provider for the tests: `node provider.mjs PORT CALLBACK`. Anybody may sign in as anybody;
// the name says what the claims are.
import Provider from "oidc-provider"

const [port, callback] = process.argv.slice(2)
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: "ssz", client_secret: "secret-of-the-tests", redirect_uris: [callback] }],
  pkce: { required: () => true },
  cookies: { keys: ["key-of-the-tests"] },
  conformIdTokenClaims: false,
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups", "stations"] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `ร.ต.อ. ${id}`,
      preferred_username: id,
      groups: id.startsWith("nobody") ? [] : ["all-staff", "dispatch"],
      stations: id.startsWith("nowhere") ? [] : ["*"],
    }),
  }),
})
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"))
