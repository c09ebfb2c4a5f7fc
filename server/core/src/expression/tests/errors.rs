//! What is said of mistakes.

use super::told;

#[test]
fn what_is_not_well_formed_has_a_place() {
    insta::assert_snapshot!(told(&[
        "${}",
        "${ a. }",
        "${ a b }",
        "${ a[0 }",
        "${ 'x }",
        "né ${ 1 + }",
        "${",
        "${ ${a} }",
        "${ a = 1 }",
        "${ @bean }",
        "${ 1 < 2 < 3 }",
        "${ x instanceof T(String) }",
        "${ 12abc }",
        "${ 99999999999999999999 }",
        "${ size() }",
        "${ #nope(1) }",
        "${ #nope }",
        "${ #toInt() }",
        "${ T(java.lang.Runtime).getRuntime() }",
        "${ T(Math).halt() }",
        "${ T(Math) }",
        "${ new java.io.File('x') }",
    ]));
}

#[test]
fn dead_ends_are_explained() {
    insta::assert_snapshot!(told(&[
        "${ params.size }",
        "${ parameters.sizes }",
        "${ parameters['sizes'] }",
        "${ parameters['sizes'].x }",
        "${ parameters.list[3] }",
        "${ parameters.list[-1] }",
        "${ parameters.list.image }",
        "${ parameters.list['a'] }",
        "${ parameters.size.x }",
        "${ parameters.none.x }",
        "a ${ parameters.none }",
        "${ stages.later.outputs }",
        "${ trigger.parentExecution.id }",
        "${ parameters.name.getClass() }",
        "${ parameters.list.add(4) }",
        "${ {1, 2}.?[nope > 1] }",
        "${ #stage('Nope') }",
        "${ #judgment('Bake') }",
        "${ #cfServiceKey('x') }",
    ]));
}

#[test]
fn wrong_types_show_what_was_found() {
    insta::assert_snapshot!(told(&[
        "${ 1 + null }",
        "${ {1} + {2} }",
        "${ parameters.name - 1 }",
        "${ -parameters.name }",
        "${ 1 < 'a' }",
        "${ parameters.name ? 1 : 2 }",
        "${ not 1 }",
        "${ 1 between 5 }",
        "${ 'a' matches '(' }",
        "${ 'a' matches '(?=b)' }",
        "${ 'a'.substring('b') }",
        "${ 'a'.substring(2) }",
        "${ #toInt('x') }",
        "${ #toInt('3000000000') }",
        "${ #readJson('{') }",
        "${ #readYaml('a: [') }",
        "${ 1 / 0 }",
        "${ 2147483647 + 1 }",
        "${ 1.0 / 0 }",
        "${ T(LocalDate).of(2024, 2, 30) }",
        "${ T(LocalDate).now().plus(1, T(ChronoUnit).HOURS) }",
        "${ new SimpleDateFormat('qq') }",
        "${ T(String).format('%d', 'x') }",
    ]));
}
