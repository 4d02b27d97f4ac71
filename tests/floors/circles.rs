//! Circles between the files of one room: groups in which each file is reached from each other one (strongly connected
//! components, by Tarjan's algorithm).

use crate::house::House;
use std::collections::{BTreeMap, BTreeSet};

type Edges = BTreeMap<usize, BTreeSet<usize>>;

/// Each circle as text: the room, then all edges within the circle.
pub(crate) fn within_rooms(house: &House) -> Vec<String> {
    let code = (0..house.files.len()).filter(|at| !house.files[*at].test);
    let edges: Edges = code.map(|at| (at, house.neighbours(at).collect())).collect();
    let mut found: Vec<String> = find(&edges).iter().map(|circle| told(house, &edges, circle)).collect();
    found.sort();
    found
}

fn told(house: &House, edges: &Edges, circle: &BTreeSet<usize>) -> String {
    let first = circle.first().copied().unwrap_or_default();
    let mut text = format!("{}: circle of {}", house.files[first].room, circle.len());
    for from in circle {
        for to in edges[from].intersection(circle) {
            text += &format!("\n    {} -> {}", house.files[*from].name, house.files[*to].name);
        }
    }
    text
}

/// The circles of a graph whose every edge leads to a key.
fn find(edges: &Edges) -> Vec<BTreeSet<usize>> {
    let mut search = Search { edges, seen: BTreeMap::new(), lowest: BTreeMap::new(), open: vec![], circles: vec![] };
    for node in edges.keys() {
        search.visit(*node);
    }
    search.circles
}

struct Search<'a> {
    edges: &'a Edges,
    /// When each node was first seen.
    seen: BTreeMap<usize, usize>,
    /// The earliest open node each one leads back to.
    lowest: BTreeMap<usize, usize>,
    /// Nodes whose component is not complete.
    open: Vec<usize>,
    circles: Vec<BTreeSet<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, node: usize) -> usize {
        if let Some(lowest) = self.lowest.get(&node) {
            return *lowest;
        }
        let now = self.seen.len();
        self.seen.insert(node, now);
        self.lowest.insert(node, now);
        self.open.push(node);
        let mut lowest = now;
        for next in &self.edges[&node] {
            let known = self.seen.contains_key(next);
            if !known {
                lowest = lowest.min(self.visit(*next));
            } else if self.open.contains(next) {
                lowest = lowest.min(self.seen[next]);
            }
        }
        self.lowest.insert(node, lowest);
        if lowest == now {
            let start = self.open.iter().position(|n| *n == node).unwrap_or_default();
            let circle: BTreeSet<usize> = self.open.drain(start..).collect();
            self.circles.extend((circle.len() > 1).then_some(circle));
        }
        lowest
    }
}

#[test]
fn circles_are_found_and_nothing_else() {
    let graph = |edges: &[(usize, &[usize])]| {
        let edges: Edges = edges.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
        find(&edges).into_iter().map(|c| c.into_iter().collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert!(graph(&[(0, &[1, 2]), (1, &[2]), (2, &[])]).is_empty(), "a diamond is no circle");
    assert_eq!(graph(&[(0, &[1]), (1, &[0])]), [[0, 1]]);
    assert_eq!(graph(&[(0, &[1]), (1, &[2]), (2, &[0]), (3, &[0])]), [[0, 1, 2]], "what leads in stays out");
    assert_eq!(
        graph(&[(0, &[1]), (1, &[0, 2]), (2, &[3]), (3, &[2])]),
        [[2, 3], [0, 1]],
        "two circles in a row are two"
    );
    assert_eq!(graph(&[(0, &[1, 2]), (1, &[0]), (2, &[0])]), [[0, 1, 2]], "two circles with a file in common are one");
}
