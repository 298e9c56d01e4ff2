// Owns Networks: bridges of this host for containers, as values.
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { libraryRequest, type LibraryRequestOptions } from "../runtime/library-request.ts";
import { createNetwork, deleteNetwork, listNetworks, showNetwork, switchNetwork, type Network, type NetworkListing, type NetworkWish } from "../runtime/networks.ts";
import { run } from "../runtime/run.ts";
import { need } from "./error.ts";

/** Bridges by name, as berth net has them; lxc-net's own is among them. All but looking is for root: else `privilege`. */
export class Networks {
  readonly #request: Request;
  /** @internal */
  constructor(options: LibraryRequestOptions) { this.#request = libraryRequest(options); }
  async #run(plan: Result<Plan>): Promise<void> { need(await run(this.#request, need(plan))); }

  /** All of them, with the ports of this host that lead to containers. */
  async list(): Promise<NetworkListing> { return Promise.resolve(need(listNetworks(this.#request))); }
  /** One of them. Rejects with `option.value` where there is none of that name. */
  async info(name: string): Promise<Network> { return Promise.resolve(need(showNetwork(name))); }
  /** A bridge with addresses, DHCP and names, up and kept for the next boot. An address that is free unless said. Rejects with `option.value`, `network.link`. */
  async create(name: string, wish: Partial<NetworkWish> = {}): Promise<Network> {
    await this.#run(createNetwork(this.#request, name, { isOpen: false, ...wish }));
    return this.info(name);
  }
  /** Taken away, with its leases. Rejects with `container.busy` while containers are on it. */
  async delete(name: string): Promise<void> { await this.#run(deleteNetwork(this.#request, name)); }
  /** Set up, where it is down. */
  async up(name: string): Promise<void> { await this.#run(switchNetwork(this.#request, name, true)); }
  /** Taken down, until `up` or the next boot. */
  async down(name: string): Promise<void> { await this.#run(switchNetwork(this.#request, name, false)); }
}

/** The networks of this host. */
export const networks = (options: LibraryRequestOptions = {}): Networks => new Networks(options);
