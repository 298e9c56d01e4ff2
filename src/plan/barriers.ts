// Owns the numbers of the barriers of a start.
//
//   launcher        monitor                       child (init to be)
//      │ clone ───────>│ clone ────────────────────>│ #MAPPED
//      │               │ id maps, cgroups           │
//      │               │ #MAPPED ──────────────────>│ own ids, network and cgroup namespace
//      │               │<──────────── #NETNS (veth) │ #LINKS
//      │               │ links into its namespace   │
//      │               │ #LINKS ───────────────────>│ everything else
//      │               │<───────────── terminals, #READY
//      │               │ start-host hooks           │ #GO
//      │               │ #GO ──────────────────────>│ exec
//      │<────── #BELIEVED, from supervise           ·
//      │               │ clone ── middle: the network in between, of a user's list of what may leave; #MAPPED, #JOINED ──>, <── #FENCED
//      │<────── #WATCHED: in the foreground, from where on the launcher joins the caller's terminal

export const MAPPED = 1;
export const NETNS = 2;
export const LINKS = 3;
export const READY = 4;
export const GO = 5;
export const BELIEVED = 6;
export const WATCHED = 7;
/** Both ways are there: into the container, and out. */
export const JOINED = 8;
export const FENCED = 9;
